package main

import (
	"strings"
	"testing"
)

func TestReadChangelog(t *testing.T) {
	const text = `foo (1:2.1+dfsg-2ubuntu1) jammy; urgency=medium

  * Closes: foo (9.9) is none.

 -- A Maintainer <a@example.org>  Tue, 02 Mar 2021 10:00:00 +0100

foo (1:2.1+dfsg-1) unstable; urgency=medium

  * New release.

 -- A Maintainer <a@example.org>  Mon, 1 Feb 2021 10:00:00 +0100

foo-old (1.9-1) unstable; urgency=low

 -- A Maintainer <a@example.org>  Mon, 01 Feb 2010 10:00:00 +0100

foo (2.0~rc1-1) experimental; urgency=low

 -- A Maintainer <a@example.org>  Fri, 01 Jan 2010 10:00:00 +0100

foo (0.9-1) unstable; urgency=low

 -- A Maintainer <a@example.org>  some day
`
	var got []string
	for _, r := range readChangelog(strings.NewReader(text), "foo") {
		got = append(got, r.Version+" "+r.Day.Format("2006-01-02"))
	}
	if want := "2.1 2021-02-01, 2.0rc1 2010-01-01"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if named("bullseye/armhf,ubuntu:bionic/amd64,sid/arm64") != "Debian bullseye/armhf,sid/arm64 and Ubuntu bionic/amd64" {
		t.Error(named("bullseye/armhf,ubuntu:bionic/amd64,sid/arm64"))
	}
}
