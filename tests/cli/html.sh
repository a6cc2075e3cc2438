#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The page of report --html in a browser: what it shows is what --json says, it
# answers to clicks and keys, asks nobody for anything, and says nothing to the
# console. LP_SHOTS=DIR keeps pictures of it.
. "$(dirname "$0")/lib.sh"

gen=${LP_TOOL%/*}/tests/capture/gen

for command in chromium chromedriver curl jq; do
	command -v "$command" >/dev/null && continue
	skip "the page in a browser" "there is no $command"
	finish
	exit
done

# shellcheck source=tests/browser/driver.sh
. "$(dirname "$0")/../browser/driver.sh"

small=$scratch/small.data
page=$scratch/small.html
"$gen" small "$small" || exit 1
run 0 report -i "$small" --html "$page"
"$LP_TOOL" report -i "$small" --json >"$scratch/rows" || exit 1
same "nothing in the page names a server" 0 "$(grep -c '[a-z]://' "$page")"
check "the page is whole" grep -q '</html>' "$page"

# of the JSON Lines: JQ-EXPRESSION over one row's object
row_of() # NAME EXPRESSION
{
	jq -r --arg name "$1" "select(.name == \$name) | $2" "$scratch/rows"
}

browser_open 1280 900 || {
	fail "a browser starts"
	finish
	exit 1
}
browser_go "file://$page"

names='[...document.querySelectorAll("#locks tbody tr")].map(r => r.dataset.name)'
# one row of the table, cells joined
cells='[...document.querySelectorAll("#locks tbody tr")].find(r => r.dataset.name === arguments[0])'
cells="[...($cells).children].map(c => c.textContent).join(' ')"
frames='[...document.querySelectorAll("#flame button")]'
picked='document.getElementById("picked").textContent'

table_agrees()
{
	same "the table has the rows of --json in their order" \
		"$(jq -r 'select(.rank) | .name' "$scratch/rows" | tr '\n' ' ')" \
		"$(js "return $names.join(' ') + ' '")"
	same "a row has the numbers of --json" \
		"files_struct.file_lock $(row_of files_struct.file_lock \
			'"\((.share * 1000 | round) / 10)% \((.share_error * 1000 | round) / 10) \(.samples) \(.waits)"') 250 us 9.00 us 2 spinlock" \
		"$(js "return $cells" files_struct.file_lock)"
	same "the head has the samples and losses" yes \
		"$(js 'return /1,000, 7 lost/.test(document.getElementById("head").textContent) ? "yes" : "no"')"
}

table_sorts()
{
	browser_click '#locks thead th:nth-child(5) button'
	same "a click on waits sorts by waits" files_struct.file_lock \
		"$(js "return ${names}[0]")"
	same "and says so to a screen reader" descending \
		"$(js 'return document.querySelector("#locks th:nth-child(5)").getAttribute("aria-sort")')"
	browser_click '#locks thead th:nth-child(6) button'
	same "a click on time waited sorts by that" inode.i_rwsem \
		"$(js "return ${names}[0]")"
	browser_click '#locks thead th:nth-child(6) button'
	same "another click turns it round" no \
		"$(js "return ${names}[0] === 'inode.i_rwsem' ? 'yes' : 'no'")"
	browser_click '#locks thead th:nth-child(1) button'
	same "by name" "$(jq -r 'select(.rank) | .name' "$scratch/rows" |
		LC_ALL=C sort | head -n 1)" "$(js "return ${names}[0]")"
	browser_click '#locks thead th:nth-child(2) button'
}

# Every path of functions with its samples, as drawn and as in --json.
json_frames()
{
	row_of "$1" 'def walk($level): "\($level) \(.function) \(.samples)",
		((.callers // [])[] | walk($level + 1));
		{function: .name, samples, callers} | walk(0)' | sort
}

drawn_frames()
{
	js "return $frames.map(b => b.dataset.level + ' ' + b.dataset.function + ' ' + b.dataset.samples).join('\\n')" | sort
}

flame_agrees()
{
	local name

	for name in files_struct.file_lock inode.i_rwsem tasklist_lock; do
		browser_click "#locks tr[data-name='$name']"
		same "a click opens $name" "$name" "$(js "return $picked")"
		same "its flame graph is that of --json" "$(json_frames "$name")" \
			"$(drawn_frames)"
	done
	browser_click "#locks tr[data-name='files_struct.file_lock']"
	same "a frame is as wide as its share of the lock" \
		"$(row_of files_struct.file_lock \
			'(.callers[0].samples / .samples * 100 | round)')" \
		"$(js "const b = $frames; return Math.round(100 * b[1].offsetWidth / b[0].offsetWidth)")"
}

flame_zooms()
{
	browser_click '#flame button[data-function=close_fd]'
	same "a click on a frame gives it the whole width" yes \
		"$(js "const b = $frames; return b.find(x => x.dataset.function === 'close_fd').offsetWidth === b[0].offsetWidth ? 'yes' : 'no'")"
	same "what is beside it goes" 0 \
		"$(js "return $frames.filter(x => x.dataset.function === 'alloc_fd').length")"
	browser_click '#reset'
	same "reset brings all back" 1 \
		"$(js "return $frames.filter(x => x.dataset.function === 'alloc_fd').length")"
	browser_type '#search' _fd
	same "search marks what matches" 'alloc_fd close_fd' \
		"$(js 'return [...document.querySelectorAll("#flame .hit")].map(b => b.dataset.function).join(" ")')"
	same "and counts it" '2 frames match, 100.0% of what is shown' \
		"$(js 'return document.getElementById("found").textContent')"
	js 'const s = document.getElementById("search"); s.value = ""; s.oninput()' >/dev/null
	browser_click '#bywait'
	same "the flame graph by time waited" \
		"$(row_of files_struct.file_lock '(.callers | max_by(.wait_ns) |
			.wait_ns) / .wait_ns * 100 | round')" \
		"$(js "const b = $frames; return Math.round(100 * Math.max(...b.filter(x => x.dataset.level == 1).map(x => x.offsetWidth)) / b[0].offsetWidth)")"
	browser_click '#bywait'
}

charts_agree()
{
	same "the time line has all samples" \
		"$(row_of files_struct.file_lock .samples)" \
		"$(js 'return [...document.querySelectorAll("#time title")].map(t => /: ([0-9,]+) samples/.exec(t.textContent)).filter(Boolean).reduce((s, m) => s + Number(m[1].replace(/,/g, "")), 0)')"
	same "and all waits" "$(row_of files_struct.file_lock .waits)" \
		"$(js 'return [...document.querySelectorAll("#time title")].map(t => /: ([0-9,]+) waits/.exec(t.textContent)).filter(Boolean).reduce((s, m) => s + Number(m[1].replace(/,/g, "")), 0)')"
	same "the histogram has all waits" \
		"$(row_of files_struct.file_lock '.wait_hist_log2_ns | add')" \
		"$(js 'return [...document.querySelectorAll("#hist title")].reduce((s, t) => s + Number(t.textContent.split(": ")[1].replace(/,/g, "")), 0)')"
	same "each CPU has its heat" \
		"$(row_of files_struct.file_lock \
			'[.cpus[] | "\(.cpu)=\(.samples)"] | sort | join(" ")')" \
		"$(js 'return [...document.querySelectorAll("#cpus .cpu")].filter(c => c.dataset.samples > 0).map(c => c.textContent + "=" + c.dataset.samples).sort().join(" ")')"
	same "CPUs stand with their NUMA nodes" 'node 0: 50.5% node 1: 0.0%' \
		"$(js 'return [...document.querySelectorAll("#cpus .small")].map(n => n.textContent).join(" ")')"
	same "tasks are those of --json" \
		"$(row_of files_struct.file_lock '[.tasks[] | "\(.comm)=\(.samples)"] | join(" ")')" \
		"$(js 'return [...document.querySelectorAll("#tasks tbody tr")].map(r => r.children[0].textContent + "=" + r.children[3].textContent).join(" ")')"
}

keys_work()
{
	browser_type "#locks tr[data-name='files_struct.file_lock']" "$KEY_DOWN$KEY_ENTER"
	same "arrow and Enter open the next row" "$(js "return ${names}[1]")" \
		"$(js "return $picked")"
	browser_type "#locks tr[aria-selected=true]" "$KEY_UP$KEY_ENTER"
	browser_type '#flame button' "$KEY_DOWN$KEY_ENTER"
	same "arrow and Enter zoom the flame graph" 0 \
		"$(js "return $frames.filter(x => x.dataset.function === 'close_fd').length")"
	browser_type '#flame button' "$KEY_ESCAPE"
	same "Escape zooms out" 1 \
		"$(js "return $frames.filter(x => x.dataset.function === 'close_fd').length")"
	browser_type '#theme' /
	same "/ goes to the search" search "$(js 'return document.activeElement.id')"
	same "the list and the flame graph are one stop each for Tab" '1 1' \
		"$(js "return document.querySelectorAll('#locks tr[tabindex=\"0\"]').length + ' ' + $frames.filter(b => b.tabIndex === 0).length")"
	same "all that can be pressed has a name" 0 \
		"$(js 'return [...document.querySelectorAll("button, input, [role=img]")].filter(e => !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length)).length')"
}

# Texts that do not have WCAG's contrast, 4.5, with what is behind them.
contrast='const rgb = c => { const x = document.createElement("canvas").getContext("2d"); x.fillStyle = c; x.fillRect(0, 0, 1, 1); return [...x.getImageData(0, 0, 1, 1).data]; };
const lum = c => rgb(c).slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
const back = e => { for (; e; e = e.parentElement) { const b = getComputedStyle(e).backgroundColor; if (rgb(b)[3]) return b; } return "white"; };
return [...document.querySelectorAll("h1, h2, dt, dd, td, th, .note, .cpu, .small, #flame button")].filter(e => e.textContent.trim() && e.offsetWidth).filter(e => { const a = lum(getComputedStyle(e).color), b = lum(back(e)); return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5; }).map(e => e.textContent).join("; ");'

looks_well()
{
	local before

	same "light: every text stands out from its ground" '' \
		"$(js "document.documentElement.dataset.theme = 'dark'; document.getElementById('theme').click(); $contrast")"
	browser_shot light
	before=$(js 'return getComputedStyle(document.body).backgroundColor')
	browser_click '#theme'
	same "the button makes it dark" changed \
		"$([ "$(js 'return getComputedStyle(document.body).backgroundColor')" = "$before" ] || echo changed)"
	same "dark: every text stands out from its ground" '' \
		"$(js "$contrast")"
	browser_shot dark
	browser_size 400 900
	same "on a narrow window nothing sticks out" yes \
		"$(js 'return document.documentElement.scrollWidth <= innerWidth ? "yes" : document.documentElement.scrollWidth')"
	browser_shot narrow
	browser_size 1280 900
}

keeps_to_itself()
{
	same "no message, no error on the console" '' "$(browser_log browser)"
	same "no request but for the page itself" "file://$page" \
		"$(browser_requests)"
}

table_agrees
table_sorts
flame_agrees
flame_zooms
charts_agree
keys_work
looks_well
keeps_to_itself

"$gen" nasty "$scratch/nasty.data"
for sort in lock task caller instance; do
	run 0 report -i "$scratch/nasty.data" --sort "$sort" --html "$page"
	browser_go "file://$page"
	same "names cannot break the page out of its form, by $sort" 'true true' \
		"$(js 'return (document.querySelectorAll("#locks tbody tr").length > 0) + " " + (document.scripts.length === 2)')"
done
"$gen" big "$scratch/big.data" 100000 60 4000 20 224
run 0 report -i "$scratch/big.data" --html "$page"
check "a page of many locks and callers stays small" test \
	"$(stat -c %s "$page")" -lt 20000000
browser_go "file://$page"
same "it says how many rows are not in it" yes \
	"$(js 'return document.querySelectorAll("#locks tbody tr").length === 200 && /report --json has all/.test(document.getElementById("more").textContent) ? "yes" : "no"')"
browser_shot big
keeps_to_itself
browser_close
finish
