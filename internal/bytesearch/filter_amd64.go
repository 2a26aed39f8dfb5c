package bytesearch

// printableBlocks sets the masks of as many blocks of 64 bytes as there are masks.
func printableBlocks(masks []uint64, data []byte) {
	_ = data[64*len(masks)-1]
	printableSSE2(&masks[0], &data[0], len(masks))
}

//go:noescape
func printableSSE2(masks *uint64, data *byte, n int)

// filterPlaces is slowFilterPlaces, of one word or more.
func filterPlaces(cand []uint16, places []uint64, block []byte, filter *[filterWords]uint64, grams, mask uint32) int {
	n := len(places)
	_, _ = block[64*n+4-1], cand[64*n-1]
	return filterPlacesAMD64(&cand[0], &places[0], n, &block[0], &filter[0], grams, mask&(1<<maxFilterBits-1))
}

//go:noescape
func filterPlacesAMD64(cand *uint16, places *uint64, n int, block *byte, filter *uint64, grams, mask uint32) int
