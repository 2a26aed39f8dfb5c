// Package packs holds the rule packs that come with Touchmark: policies as
// data, each with its sources, with what it does not decide, and with cases.
//
// A pack applies public rules to inferences about components. It is not legal
// advice, and its cases say what it does, not what a regulator would.
package packs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/touchmark-dev/touchmark/provenance"
)

//go:embed */policy.yaml */cases/*.yaml
var files embed.FS

// ErrUnknown says that there is no pack of a name.
var ErrUnknown = errors.New("no such pack")

// List returns the ids of all packs, in order.
func List() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil // an embedded folder is always there
	}
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		ids = append(ids, e.Name())
	}
	slices.Sort(ids)
	return ids
}

// Read returns a pack as it is written: what it includes is not yet in it. For
// an id that [List] does not have the error is [ErrUnknown].
func Read(id string) (*provenance.Policy, error) {
	return ReadOptions(id, nil)
}

// ReadOptions is [Read] with parameters.
func ReadOptions(id string, opts *provenance.PolicyOptions) (*provenance.Policy, error) {
	data, err := Text(id)
	if err != nil {
		return nil, err
	}
	return provenance.ReadPolicyOptions(id+"/policy.yaml", data, opts)
}

// Text returns the YAML of a pack, to be read or copied by a user.
func Text(id string) ([]byte, error) {
	if !slices.Contains(List(), id) {
		return nil, fmt.Errorf("read pack %q: %w", id, ErrUnknown)
	}
	data, err := files.ReadFile(id + "/policy.yaml")
	if err != nil {
		return nil, fmt.Errorf("read pack %q: %w", id, err)
	}
	return data, nil
}

// Load returns a pack with all that it includes, ready for
// [provenance.Options].
func Load(id string, opts *provenance.PolicyOptions) ([]*provenance.Policy, error) {
	p, err := ReadOptions(id, opts)
	if err != nil {
		return nil, err
	}
	return p.Expand(Read)
}

// Cases returns the cases of a pack, in order of their file names.
func Cases(id string) ([]*provenance.Case, error) {
	if _, err := Text(id); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, id+"/cases/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list cases of pack %s: %w", id, err)
	}
	slices.Sort(names)
	out := make([]*provenance.Case, 0, len(names))
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read case: %w", err)
		}
		c, err := provenance.ReadCase(name, data)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
