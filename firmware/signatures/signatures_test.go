package signatures

import (
	"testing"
)

func builtinSet(t testing.TB) *Set {
	t.Helper()
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestBuiltinIsClean(t *testing.T) {
	set := builtinSet(t)
	for _, p := range set.Lint() {
		t.Error(p)
	}
}
