# SPDX-License-Identifier: GPL-2.0
# Install and uninstall: the tool, its manual and completions below PREFIX, and
# the module's source for DKMS in /usr/src. DESTDIR is put in front of all.
#
#	make install [PREFIX=/usr/local] [DESTDIR=]
#	make dkms-install	the module's source, registered, built, installed
#	make uninstall, make dkms-uninstall	exactly what those made

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/lockprobe
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
INCLUDEDIR ?= $(PREFIX)/include
SRCDIR ?= /usr/src
INSTALL ?= install

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
MAN := $(sort $(wildcard user/man/*.[1-8]))
man_to = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

# FILE:TARGET:MODE of all that `make install` makes
INSTALLED := $(TOOL):$(BINDIR)/lockprobe-user:755 \
	user/completion/lockprobe-user.bash:$(BASHDIR)/lockprobe-user:644 \
	user/completion/_lockprobe-user:$(ZSHDIR)/_lockprobe-user:644 \
	include/uapi/linux/lockprobe.h:$(INCLUDEDIR)/linux/lockprobe.h:644 \
	$(if $(wildcard README.md),README.md:$(DOCDIR)/README.md:644) \
	$(foreach page,$(MAN),$(page):$(call man_to,$(page)):644)
part = $(word $(1),$(subst :, ,$(2)))

install: user
	@set -e; $(foreach one,$(INSTALLED),\
		echo '  INSTALL $(DESTDIR)$(call part,2,$(one))'; \
		$(INSTALL) -D -m $(call part,3,$(one)) '$(call part,1,$(one))' \
			'$(DESTDIR)$(call part,2,$(one))';)

# Files that install made, and directories that bear our name if empty then.
uninstall:
	@$(foreach one,$(INSTALLED),\
		echo '  REMOVE  $(DESTDIR)$(call part,2,$(one))'; \
		rm -f '$(DESTDIR)$(call part,2,$(one))';) \
	rmdir '$(DESTDIR)$(DOCDIR)' 2>/dev/null || :

# DKMS reads what git has, and nothing that was built here.
DKMS_SOURCE := $(DESTDIR)$(SRCDIR)/lockprobe-$(VERSION)
DKMS_FILES = dkms.conf Kbuild $(sort $(shell find kmod include -type f \
	\( -name '*.[ch]' -o -name '*.yaml' -o -name Kbuild \) \
	! -path 'kmod/selftest/*' ! -name '*.mod.c'))

dkms-source:
	@set -e; for file in $(DKMS_FILES); do \
		$(INSTALL) -D -m 644 "$$file" "$(DKMS_SOURCE)/$$file"; done
	@echo '  INSTALL $(DKMS_SOURCE)'

dkms-install: dkms-source
ifeq ($(DESTDIR),)
	@command -v dkms >/dev/null || { echo "dkms is missing:" \
		"apt-get install dkms linux-headers-$$(uname -r)" >&2; exit 1; }
	@dkms status lockprobe/$(VERSION) | grep -q . || \
		dkms add lockprobe/$(VERSION)
	dkms install lockprobe/$(VERSION)
endif

dkms-uninstall:
ifeq ($(DESTDIR),)
	@! command -v dkms >/dev/null || \
		! dkms status lockprobe/$(VERSION) | grep -q . || \
		dkms remove lockprobe/$(VERSION) --all
endif
	rm -rf '$(DKMS_SOURCE)'

# In a root of its own, made on the first run: some minutes, and the network.
check-dkms:
	@LP_DKMS=1 tests/cli/dkms.sh

.PHONY: check-dkms install uninstall dkms-source dkms-install dkms-uninstall
