package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/firmware"
	"github.com/touchmark-dev/touchmark/firmware/signatures"
	"github.com/touchmark-dev/touchmark/provenance"
	"github.com/touchmark-dev/touchmark/provenance/attest"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"github.com/touchmark-dev/touchmark/sbom"
)

const keyHint = "make one pair with: openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out pub.pem"

func (a *app) attestCommand() *cobra.Command {
	var keys, subjects []string
	var out string
	cmd := &cobra.Command{
		Use:   "attest --key KEY.pem REPORT.json|SBOM.json|ENVELOPE",
		Short: "Sign a report or SBOM, bound to what it is about",
		Long: `Attest writes an in-toto Statement v1 in a DSSE envelope: the predicate is a
JSON report, or an SBOM in JSON (CycloneDX, SPDX 2 or 3), and the subject is
what it is about, named by digest.

A report knows its input: the SHA-256 of the file, or the digest of the tree.
--subject, which may be repeated, names the input itself and must agree with the
report; for an SBOM it says what the SBOM describes, and is needed.

Given an envelope, attest adds the signature of the key to it and changes
nothing else: several people sign one statement.

Keys are Ed25519 or ECDSA P-256, in PEM (PKCS #8). Nothing makes a key for you.`,
		Example: `  openssl genpkey -algorithm ed25519 -out key.pem
  openssl pkey -in key.pem -pubout -out pub.pem
  touchmark attest --key key.pem report.json --subject sbom.json -o out.dsse.json
  touchmark verify --key pub.pem out.dsse.json --subject sbom.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.attest(cmd.Context(), args[0], keys, subjects, out)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringArrayVar(&keys, "key", nil, "`file` with a private key, repeatable")
	fl.StringArrayVar(&subjects, "subject", nil, "`file or directory` that it is about, repeatable")
	fl.StringVarP(&out, "out", "o", "", "`file` to write (default standard output)")
	return cmd
}

func (a *app) verifyCommand() *cobra.Command {
	var keys, subjects []string
	var predicate string
	threshold := 1
	cmd := &cobra.Command{
		Use:   "verify --key PUB.pem ENVELOPE",
		Short: "Check who signed an attestation, and what it is about",
		Long: `Verify checks the signatures of a DSSE envelope against the public keys given,
and that each --subject is what the statement is about. It says what was signed;
what the statement claims is as good as the people who signed it.

Exit status: 0 it holds; 2 it does not: too few of the keys signed, or a subject
is another one; 1 something could not be read.`,
		Example: `  touchmark verify --key pub.pem out.dsse.json --subject rootfs/
  touchmark verify --key a.pem --key b.pem --threshold 2 out.dsse.json --predicate report.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.verify(cmd.Context(), args[0], keys, subjects, threshold, predicate)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringArrayVar(&keys, "key", nil, "`file` with a trusted public key, repeatable")
	fl.StringArrayVar(&subjects, "subject", nil, "`file or directory` that it must be about, repeatable")
	fl.IntVar(&threshold, "threshold", 1, "`number` of the keys that must have signed")
	fl.StringVar(&predicate, "predicate", "", "`file` to write the verified report or SBOM to")
	return cmd
}

// maxSigned bounds what is signed: with base64 it stays within what an
// envelope may have.
const maxSigned = 700 << 20

func (a *app) attest(ctx context.Context, name string, keyFiles, subjectPaths []string, out string) error {
	if len(keyFiles) == 0 {
		return hint(errors.New("attest: no --key"), keyHint)
	}
	var keys []*attest.PrivateKey
	for _, f := range keyFiles {
		k, err := a.privateKey(f)
		if err != nil {
			return err
		}
		keys = append(keys, k)
	}
	data, err := a.readWhole(name)
	if err != nil {
		return err
	}
	env, err := attest.Read(bytes.NewReader(data))
	switch {
	case err == nil:
		if len(subjectPaths) > 0 {
			return errors.New("attest: an envelope names its subject already; --subject is for a report or SBOM")
		}
		for _, k := range keys {
			if err := env.Add(k); err != nil {
				return err
			}
		}
		if s, err := attest.ReadStatement(env.Payload); err == nil && out != "" && out != "-" {
			a.describe(a.env.Stdout, s)
		}
	default:
		predicate := attest.PredicateOf(data)
		if predicate == "" {
			return hint(fmt.Errorf("%s: neither one JSON report nor an SBOM in JSON", name), "write one with: touchmark scan PATH -o json=report.json")
		}
		subjects, err := a.subjects(ctx, name, data, predicate, subjectPaths)
		if err != nil {
			return err
		}
		s, err := attest.NewStatement(subjects, predicate, data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		payload, err := s.Payload()
		if err != nil {
			return err
		}
		if env, err = attest.Sign(attest.PayloadType, payload, keys...); err != nil {
			return err
		}
	}
	if out == "" || out == "-" {
		return env.Write(a.env.Stdout)
	}
	return a.writeFile(out, env.Write)
}

// subjects returns what a report or SBOM is about.
func (a *app) subjects(ctx context.Context, name string, data []byte, predicate string, paths []string) ([]attest.Subject, error) {
	var given []attest.Subject
	for _, p := range paths {
		s, err := a.subject(ctx, p)
		if err != nil {
			return nil, err
		}
		given = append(given, s)
	}
	if predicate != attest.ReportPredicate {
		if len(given) == 0 {
			return nil, hint(fmt.Errorf("%s: an SBOM does not say which file or tree it describes", name), "name it with --subject")
		}
		return given, nil
	}
	reports, err := report.ReadJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	src := reports[0].Source
	algorithm := "sha256"
	if src.Kind == sbom.SourceTree {
		algorithm = attest.TreeDigest
	}
	if len(given) == 0 {
		if src.SHA256 == "" {
			return nil, hint(fmt.Errorf("%s: the report has no digest of its input", name), "name the input with --subject")
		}
		return []attest.Subject{{Name: src.Name, Digest: map[string]string{algorithm: src.SHA256}}}, nil
	}
	// One of the subjects is the input; further ones, such as the image that a
	// tree was unpacked from, are the signer's word.
	if src.SHA256 != "" {
		st := attest.Statement{Subject: given}
		if !st.About(algorithm, src.SHA256) {
			return nil, hint(fmt.Errorf("%s: the report is about another input, with %s %s", name, algorithm, src.SHA256),
				"--subject names the file or tree that was scanned; scan it again if it changed")
		}
	}
	return given, nil
}

// subject names a file or tree by its digest.
func (a *app) subject(ctx context.Context, path string) (attest.Subject, error) {
	place := a.env.path(path)
	st, err := os.Stat(place)
	if err != nil {
		return attest.Subject{}, fmt.Errorf("--subject %s: %w", path, pathless(err))
	}
	s := attest.Subject{Name: inputName(path), Digest: map[string]string{}}
	if !st.IsDir() {
		sum, err := digest(ctx, place)
		if err != nil {
			return attest.Subject{}, fmt.Errorf("--subject %s: %w", path, err)
		}
		s.Digest["sha256"] = sum
		return s, nil
	}
	tree, err := firmware.OpenDir(place)
	if err != nil {
		return attest.Subject{}, fmt.Errorf("--subject %s: %w", path, pathless(err))
	}
	defer tree.Close()
	// No extractors and signatures: only the tree's manifest is wanted.
	doc, err := firmware.Scan(ctx, tree, &firmware.Options{Extractors: []firmware.Extractor{}, Signatures: &signatures.Set{}})
	if err != nil {
		return attest.Subject{}, fmt.Errorf("--subject %s: %w", path, err)
	}
	s.Digest[attest.TreeDigest] = doc.Source.SHA256
	return s, nil
}

func (a *app) verify(ctx context.Context, name string, keyFiles, subjectPaths []string, threshold int, predicate string) error {
	if len(keyFiles) == 0 {
		return hint(errors.New("verify: no --key"), "give the public key of whom you trust: --key pub.pem")
	}
	if threshold < 1 || threshold > len(keyFiles) {
		return fmt.Errorf("--threshold %d: want a number from 1 to the number of keys, %d", threshold, len(keyFiles))
	}
	var keys []*attest.PublicKey
	files := map[string]string{}
	for _, f := range keyFiles {
		data, err := a.readSmall(f)
		if err != nil {
			return fmt.Errorf("--key: %w", err)
		}
		k, err := attest.ReadPublicKey(data)
		if err != nil {
			return hint(fmt.Errorf("--key %s: %w", f, err), "openssl pkey -in key.pem -pubout -out pub.pem writes the public key")
		}
		keys = append(keys, k)
		if files[k.ID()] == "" {
			files[k.ID()] = f
		}
	}
	data, err := a.readWhole(name)
	if err != nil {
		return err
	}
	env, err := attest.Read(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	refuse := func(err error) error {
		return &ExitError{Status: provenance.ExitFail, Err: fmt.Errorf("%s: NOT VERIFIED: %w", name, err)}
	}
	v, err := attest.Verify(env, keys, threshold)
	if err != nil {
		return refuse(err)
	}
	s, err := attest.ReadStatement(v.Payload)
	if err != nil {
		return refuse(err)
	}
	for _, p := range subjectPaths {
		sub, err := a.subject(ctx, p)
		if err != nil {
			return err
		}
		for algorithm, value := range sub.Digest {
			if !s.About(algorithm, value) {
				return refuse(fmt.Errorf("%s is not what the statement is about: it has %s %s", p, algorithm, value))
			}
		}
	}
	w := a.env.Stdout
	fmt.Fprintf(w, "VERIFIED: signed by %d of %d trusted keys, %d wanted\n", len(v.Keys), distinct(keys), threshold)
	for _, k := range v.Keys {
		fmt.Fprintf(w, "  signed by   %s, %s key %.16s\n", report.Visible(files[k.ID()]), k.Algorithm(), k.ID())
	}
	if n := v.Signatures - len(v.Keys); n > 0 {
		fmt.Fprintf(w, "  further     %d signatures that none of the keys made\n", n)
	}
	a.describe(w, s)
	if len(subjectPaths) > 0 {
		fmt.Fprintf(w, "  checked     %s\n", report.Visible(strings.Join(subjectPaths, ", ")))
	} else {
		fmt.Fprintln(w, "  not checked against a file or tree; --subject does it")
	}
	if predicate != "" {
		return a.writeFile(predicate, func(w io.Writer) error {
			_, err := w.Write(append(bytes.TrimSpace(s.Predicate), '\n'))
			return err
		})
	}
	return nil
}

func distinct(keys []*attest.PublicKey) int {
	ids := map[string]bool{}
	for _, k := range keys {
		ids[k.ID()] = true
	}
	return len(ids)
}

// describe says what a statement states, in a few lines.
func (a *app) describe(w io.Writer, s *attest.Statement) {
	for i, sub := range s.Subject {
		if i == 10 {
			fmt.Fprintf(w, "  about       and %d more subjects\n", len(s.Subject)-i)
			break
		}
		for algorithm, value := range sub.Digest {
			fmt.Fprintf(w, "  about       %s, %s %s\n", report.Visible(sub.Name), report.Visible(algorithm), report.Visible(value))
			break
		}
	}
	fmt.Fprintf(w, "  states      %s\n", report.Visible(s.PredicateType))
	if s.PredicateType != attest.ReportPredicate {
		return
	}
	var r provenance.Report
	if json.Unmarshal(s.Predicate, &r) == nil {
		fmt.Fprintf(w, "  report      %s, as of %s, database of %s: %s\n", report.Visible(r.Source.Name), report.Visible(string(r.AsOf)),
			report.Visible(string(r.Database.Date)), report.Sentence(report.Headline(&r)))
	}
}

// privateKey reads a private key, and warns where others can read it too.
func (a *app) privateKey(name string) (*attest.PrivateKey, error) {
	data, err := a.readSmall(name)
	if err != nil {
		return nil, fmt.Errorf("--key: %w", err)
	}
	k, err := attest.ReadPrivateKey(data)
	if err != nil {
		err = fmt.Errorf("--key %s: %w", name, err)
		if strings.Contains(err.Error(), "encrypted") {
			return nil, hint(err, "decrypt it for the run: openssl pkey -in "+filepath.Base(name)+" -out plain.pem")
		}
		return nil, hint(err, keyHint)
	}
	if st, err := os.Stat(a.env.path(name)); err == nil && runtime.GOOS != "windows" && st.Mode().IsRegular() && st.Mode().Perm()&0o077 != 0 {
		complain(a.env, hint(fmt.Errorf("warning: others can read the private key %s (mode %04o)", name, st.Mode().Perm()), "chmod 600 "+filepath.Base(name)))
	}
	return k, nil
}

// readWhole reads a file, or standard input for "-".
func (a *app) readWhole(name string) ([]byte, error) {
	in := a.env.Stdin
	if name != "-" {
		f, err := os.Open(a.env.path(name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, pathless(err))
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSigned*4/3+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, pathless(err))
	}
	if len(data) > maxSigned*4/3 {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxSigned*4/3)
	}
	return data, nil
}
