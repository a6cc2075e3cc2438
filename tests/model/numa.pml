/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gate of user/livepatch/policy/numa.c, two nodes, in front of a lock that
 * serves in order of arrival (the kernel's queue).
 *
 * ZERO waiters are of node 0, ONE of node 1; each takes the lock ROUNDS times.
 * HANDLER: an interrupt comes on the first waiter's CPU while that is at the
 * gate or away, and takes the lock itself; the waiter does not move until it is
 * done. BYPASSER: someone takes the lock without the gate. PATIENCE: any waiter
 * may go on without being admitted, at any time; without it nobody may, so that
 * what is shown does not rest on time running out. BROKEN takes away the rule
 * that a full batch lets the others in, SUM asks a sum of all waiters, which is
 * counted and read beside the nodes' own: the model must fail with either.
 *
 * Checked: one holder at a time; every process ends (no deadlock, no lost
 * waiter) and all counts return to 0; while the other node waits at the gate,
 * at most BATCH of one node are admitted in a row.
 */
#define BATCH 2

byte turn, admitted, batch; /* the gate's word: one compare-and-exchange */
byte waiting[2];
#ifdef SUM
byte total;
#endif
chan queue = [ZERO + ONE + 2] of { byte }; /* the kernel's lock */
byte holders;
bool interrupted; /* waiter 0 is under the handler */
byte running;

/* Of the check, not the gate: who waits at it, admissions in a row meanwhile */
byte at_gate[2];
byte in_a_row[2];

#define runs(who) (who != 0 || !interrupted)
#define full (admitted >= BATCH)
#ifdef BROKEN
#define others_turn false
#else
#define others_turn full
#endif
#define admits(n) ((turn == n && (!full || waiting[1 - n] == 0)) || \
		   (turn != n && (others_turn || waiting[turn] == 0)))

inline look(who, n)
{
#ifdef SUM
	atomic {
		runs(who) -> seen_turn = turn;
		seen_admitted = admitted;
		seen_batch = batch;
		own = waiting[turn]
	}
	atomic {
		runs(who) -> may = (seen_turn == n &&
				    (seen_admitted < BATCH || total <= own)) ||
				   (seen_turn != n &&
				    (seen_admitted >= BATCH || own == 0))
	}
#else
	atomic {
		runs(who) && admits(n) -> seen_turn = turn;
		seen_admitted = admitted;
		seen_batch = batch;
		may = true
	}
#endif
}

/*
 * What is looked at may be old when the exchange is tried; it fails unless the
 * word is still the one that was seen.
 */
inline look_and_exchange(who, n)
{
	look(who, n);
	atomic {
		runs(who);
		if
		:: may && turn == seen_turn && admitted == seen_admitted &&
		   batch == seen_batch ->
			yes = true;
			if
			:: turn == n && !full -> admitted++
			:: else -> turn = n; admitted = 1; batch = (batch + 1) % 16
			fi;
			at_gate[n]--;
			in_a_row[1 - n] = 0;
			if
			:: at_gate[1 - n] > 0 -> in_a_row[n]++
			:: else -> in_a_row[n] = 0
			fi;
			assert(in_a_row[n] <= BATCH)
		:: else
		fi
	}
}

inline pass_gate(who, n)
{
	yes = false;
#ifdef SUM
	atomic { runs(who); waiting[n]++ }
	atomic { runs(who); total++; at_gate[n]++ }
#else
	atomic { runs(who); waiting[n]++; at_gate[n]++ }
#endif
	do
	:: yes -> break
	:: !yes -> look_and_exchange(who, n)
#ifdef PATIENCE
	:: atomic { !yes && runs(who) -> at_gate[n]--; in_a_row[0] = 0;
		    in_a_row[1] = 0; break }
#endif
	od
}

inline lock_and_unlock(who)
{
	atomic { runs(who); queue!who }
	atomic { queue?[eval(who)] -> holders++; assert(holders == 1) }
	atomic { holders--; queue?eval(who) }
}

inline leave(n)
{
	atomic { waiting[n]-- }
#ifdef SUM
	atomic { total-- }
#endif
}

proctype waiter(byte who, n)
{
	byte round, seen_turn, seen_admitted, seen_batch, own;
	bool yes, may;

	do
	:: round < ROUNDS ->
		pass_gate(who, n);
		lock_and_unlock(who);
		leave(n);
		round++
	:: else -> break
	od;
	running--
}

/* Its locks are not those it interrupted: else interrupts would be off. */
proctype handler(byte who)
{
	byte seen_turn, seen_admitted, seen_batch, own;
	bool yes, may;

	atomic { !queue??[0] -> interrupted = true }
	pass_gate(who, 0);
	lock_and_unlock(who);
	leave(0);
	atomic { interrupted = false; running-- }
}

proctype bypasser(byte who)
{
	lock_and_unlock(who);
	running--
}

init {
	byte i;

	atomic {
		for (i : 0 .. ZERO + ONE - 1) {
			running++;
			run waiter(i, (i < ZERO -> 0 : 1))
		}
#ifdef HANDLER
		running++;
		run handler(ZERO + ONE);
#endif
#ifdef BYPASSER
		running++;
		run bypasser(ZERO + ONE + 1);
#endif
	}
	running == 0;
	assert(waiting[0] == 0 && waiting[1] == 0 && len(queue) == 0)
}
