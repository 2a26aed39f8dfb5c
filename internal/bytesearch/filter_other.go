//go:build !amd64

package bytesearch

func printableBlocks(masks []uint64, data []byte) { slowPrintableBlocks(masks, data) }

func filterPlaces(cand []uint16, places []uint64, block []byte, filter *[filterWords]uint64, grams, mask uint32) int {
	return slowFilterPlaces(cand, places, block, filter, grams, mask)
}
