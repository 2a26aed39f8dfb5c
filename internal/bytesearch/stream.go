package bytesearch

import (
	"fmt"
	"io"
	"math"
)

// chunkSize is how much of a stream is searched at a time.
const chunkSize = 256 << 10

// SearchReader searches all that r yields, as Search does: the same matches in
// the same order, their offsets counted from r's first byte. It reads in
// chunks and keeps a bounded part in memory, whatever the length. It returns
// the number of bytes read and r's error other than io.EOF; the matches up to
// there have been visited then.
//
// To search part of a file, or a file through io.ReaderAt, give it an
// io.SectionReader; to hash the bytes in the same pass, an io.TeeReader.
func (s *Searcher) SearchReader(r io.Reader, visit func(Match)) (int64, error) {
	// The buffer holds, around the chunk whose matches are reported next, the
	// unit before it that a word test may look at, and after it the rest of
	// the longest match and the unit that follows.
	const before = 2
	after := s.maxLen + 2
	bp := s.pool.buffers.Get().(*[]byte)
	defer s.pool.buffers.Put(bp)
	if want := before + chunkSize + after; cap(*bp) < want {
		*bp = make([]byte, want)
	}
	buf := (*bp)[:cap(*bp)]
	sc := s.pool.scratch()
	defer s.pool.putScratch(sc)

	have := 0 // bytes in buf
	from := 0 // start of the part that was not reported yet
	base := 0 // offset in the stream of buf[0]
	var err error
	for err == nil {
		if base > math.MaxInt-2*len(buf) {
			return int64(base + have), fmt.Errorf("search stream: %d bytes are too many for this platform", base)
		}
		var n int
		n, err = fill(r, buf[have:])
		have += n
		to := have - after
		if err != nil {
			to = have
		}
		if s.patterns > 0 && to > from {
			s.search(sc, buf[:have], from, to, base, visit)
		}
		if err == nil {
			drop := to - before
			copy(buf, buf[drop:have])
			have -= drop
			base += drop
			from = before
		}
	}
	if err == io.EOF {
		err = nil
	}
	return int64(base + have), err
}

// fill reads until buf is full or r gives an error. Unlike io.ReadFull it
// leaves r's own io.ErrUnexpectedEOF, the sign of a cut archive, recognisable.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for idle := 0; n < len(buf) && err == nil; {
		var k int
		k, err = r.Read(buf[n:])
		n += k
		if k > 0 {
			idle = 0
		} else if idle++; err == nil && idle == 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, err
}
