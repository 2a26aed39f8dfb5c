package sbom

import (
	"bufio"
	"errors"
	"strconv"

	"github.com/touchmark-dev/touchmark/sbom/internal/strict"
)

// protobuf holds the binary encoding against its messages.
func (v *validator) protobuf(br *bufio.Reader) error {
	data, err := readWhole(br, "protobuf")
	if err != nil {
		return err
	}
	v.out.Kind, v.out.Encoding = SourceCycloneDX, "protobuf"
	t, version, err := strict.DecodeProtobuf(data, v.limits.Depth)
	v.out.SpecVersion = version
	return v.messages(t, version, len(data), err)
}

// textproto holds the text encoding against its messages.
func (v *validator) textproto(br *bufio.Reader, mark bool) error {
	data, err := readWhole(br, "textproto")
	if err != nil {
		return err
	}
	v.out.Kind, v.out.Encoding, v.lines = SourceCycloneDX, "textproto", true
	if mark {
		v.out.add(Violation{Problem: Problem{Kind: "byte-order-mark", Severity: ProblemError, Message: "the text format of protobuf has no byte order mark"}, Class: SyntaxViolation})
	}
	t, err := strict.ParseTextproto(string(data), v.limits.Depth)
	v.out.SpecVersion = t.Text(1, "spec_version")
	return v.messages(t, v.out.SpecVersion, len(data), err)
}

func (v *validator) messages(t *strict.Tree, version string, size int, err error) error {
	if errors.Is(err, strict.ErrDepth) {
		return err
	}
	if err != nil {
		v.syntax("", 0, "the document cannot be decoded: %v", err)
	}
	if !strict.ProtoVersion(version) {
		v.rule("version", "/spec_version", "there are no messages of CycloneDX %s in protobuf", strconv.Quote(clip(version)))
		return nil
	}
	if err != nil {
		return nil
	}
	v.out.Against = "messages of CycloneDX " + version + " in protobuf, from github.com/CycloneDX/specification at e02a34ae"
	return strict.CheckProto(v.ctx, t, size, version, v.report)
}
