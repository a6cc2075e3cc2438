#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The model of policy numa's gate, over all interleavings.
exec "$(dirname "$0")/../model/run"
