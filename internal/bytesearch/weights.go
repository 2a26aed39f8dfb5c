package bytesearch

// commonness estimates how often a gram of these bytes occurs in the files of
// a firmware tree; larger is more often.
func commonness(g string) float64 {
	sum := 0.0
	for i := range len(g) {
		sum += byteWeight(g[i] | 0x20)
	}
	return sum
}

func byteWeight(c byte) float64 {
	switch {
	case c == 0x20: // NUL and space
		return 8
	case c >= 'a' && c <= 'z':
		const rare = "jqxzvkwybgfpmhdlucnosratie" // rarest first
		for i := range len(rare) {
			if rare[i] == c {
				return 2 + float64(i)*0.12
			}
		}
	case c >= '0' && c <= '9':
		return 3
	case c < 0x80:
		return 3
	}
	return 3.5
}
