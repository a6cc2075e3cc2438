# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# A browser without a screen, driven over the W3C WebDriver protocol by curl:
# what a person would do with the mouse and the keys. Needs lib.sh and its
# $scratch, chromium, chromedriver, curl and jq.

# As WebDriver names keys that print nothing.
KEY_DOWN=$(printf '\ue015')
KEY_UP=$(printf '\ue013')
KEY_ENTER=$(printf '\ue007')
KEY_ESCAPE=$(printf '\ue00c')
export KEY_DOWN KEY_UP KEY_ENTER KEY_ESCAPE

driver_pid=
session=

# Kept from the network on its own account, too: no search for updates.
capabilities()
{
	jq -n --arg dir "$scratch/profile" --arg size "$1,$2" '{capabilities:
		{alwaysMatch: {browserName: "chrome",
		"goog:loggingPrefs": {browser: "ALL", performance: "ALL"},
		"goog:chromeOptions": {binary: "/usr/bin/chromium", args: [
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--force-color-profile=srgb",
		"--user-data-dir=\($dir)", "--window-size=\($size)"]}}}}'
}

# wire METHOD PATH [JSON]: the answer's value; what went wrong goes to stderr.
wire()
{
	local answer

	answer=$(curl -s -m 60 -X "$1" -H 'Content-Type: application/json' \
		${3+-d "$3"} "$session$2") || return
	if [ "$(jq -r '.value | type == "object" and has("error")' \
		<<<"$answer")" = true ]; then
		jq -r '.value | "# browser: \(.error): \(.message)"' <<<"$answer" >&2
		return 1
	fi
	printf '%s' "$answer"
}

browser_open() # WIDTH HEIGHT
{
	local port tries=0 id

	chromedriver --port=0 >"$scratch/driver" 2>&1 &
	driver_pid=$!
	trap 'browser_close; rm -rf "$scratch"' EXIT
	while port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' \
		"$scratch/driver"); [ -z "$port" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] && kill -0 "$driver_pid" || return
		sleep 0.1
	done
	session=http://127.0.0.1:$port/session
	id=$(wire POST '' "$(capabilities "$1" "$2")" |
		jq -r .value.sessionId) || return
	[ -n "$id" ] || return
	session=$session/$id
}

browser_close()
{
	[ -n "$driver_pid" ] || return 0
	wire DELETE '' >/dev/null 2>&1 || :
	kill "$driver_pid" 2>/dev/null || :
	wait "$driver_pid" 2>/dev/null || :
	driver_pid=
}

browser_go() # ADDRESS
{
	wire POST /url "$(jq -n --arg url "$1" '{url: $url}')" >/dev/null
}

# js BODY [ARGUMENT...]: what the function of that body returns.
js()
{
	local body=$1

	shift
	wire POST /execute/sync "$(jq -n --arg body "$body" \
		'{script: $body, args: $ARGS.positional}' --args -- "$@")" |
		jq -r '.value // empty | tostring'
}

element() # SELECTOR
{
	wire POST /element "$(jq -n --arg css "$1" \
		'{using: "css selector", value: $css}')" |
		jq -r '.value | to_entries[0].value'
}

browser_click() # SELECTOR
{
	wire POST "/element/$(element "$1")/click" '{}' >/dev/null
}

# Focus on an element, then the keys to whatever has the focus by then.
browser_type() # SELECTOR KEYS
{
	js 'document.querySelector(arguments[0]).focus()' "$1" >/dev/null
	wire POST /actions "$(jq -n --arg keys "$2" '{actions: [{type: "key",
		id: "keys", actions: [$keys | split("")[] |
		{type: "keyDown", value: .}, {type: "keyUp", value: .}]}]}')" \
		>/dev/null
}

browser_size() # WIDTH HEIGHT
{
	wire POST /window/rect "{\"width\": $1, \"height\": $2}" >/dev/null
}

browser_shot() # NAME
{
	[ -n "${LP_SHOTS-}" ] || return 0
	wire GET /screenshot | jq -r .value | base64 -d >"$LP_SHOTS/$1.png"
}

# What the console said since the last time.
browser_log()
{
	wire POST /se/log '{"type": "browser"}' | jq -r '.value[].message'
}

# Every address that was asked for since the last time. data: is no request,
# chrome: is what the browser's own windows are made of.
browser_requests()
{
	wire POST /se/log '{"type": "performance"}' | jq -r '.value[].message |
		fromjson.message | select(.method == "Network.requestWillBeSent") |
		.params.request.url | select(test("^(data|chrome):") | not)' | sort -u
}
