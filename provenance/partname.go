package provenance

import (
	"iter"
	"strings"
)

// Authors of programs give a part of their company for it, or write its name
// short: "Acme Drive Group", "Acme NIC software team", "Acme India Pvt Ltd",
// "Acme Tech. Co.". What stands before the words for a part, an abbreviation or a
// place is the company's name, if that is on record.

// unitWords are words for a part of a company, folded as names are. Before one of
// them the part's own name stands.
var unitWords = map[string]bool{"team": true, "group": true, "department": true, "dept": true, "division": true, "unit": true}

// formWords are words for what a company does that its name has at times and at
// times not, or that are short for others, and places of its companies.
var formWords = map[string]bool{
	"tech": true, "technology": true, "technologies": true, "electronic": true, "electronics": true, "microelectronic": true, "microelectronics": true, "semi": true, "semiconductor": true, "semiconductors": true,
	"engineering": true, "development": true, "intl": true, "international": true,
	"america": true, "americas": true, "usa": true, "us": true, "uk": true, "europe": true, "emea": true, "asia": true, "pacific": true, "deutschland": true, "germany": true, "france": true, "italia": true, "italy": true, "espana": true, "spain": true, "nederland": true, "netherlands": true, "sweden": true, "denmark": true, "finland": true, "norway": true, "poland": true, "austria": true, "switzerland": true, "israel": true, "turkey": true, "india": true, "vietnam": true, "japan": true, "korea": true, "china": true, "taiwan": true, "singapore": true, "malaysia": true, "canada": true, "mexico": true, "brasil": true, "brazil": true, "australia": true,
	"beijing": true, "shanghai": true, "shenzhen": true, "guangzhou": true, "hangzhou": true, "suzhou": true, "nanjing": true, "wuhan": true, "chengdu": true, "dongguan": true, "hsinchu": true, "taipei": true, "bangalore": true, "bengaluru": true, "hyderabad": true,
}

const (
	// minWhole is the least length of a name of one word that is found so.
	minWhole = 5
	// maxPart is the most words of a part's own name.
	maxPart = 3
)

// wholeNames returns the names, folded, of whom a folded name may name a part,
// longest first.
func wholeNames(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		words := strings.Fields(key)
		own := 0 // words of the name of a part that may yet go
		for n := len(words) - 1; n > 0; n-- {
			switch last := words[n]; {
			case unitWords[last]:
				own = maxPart
			case formWords[last]:
			case own > 0:
				own--
			default:
				return
			}
			whole := foldName(strings.Join(words[:n], " "))
			if len(whole) < minWhole || !strings.Contains(whole, " ") && commonWords[whole] {
				continue
			}
			if !yield(whole) {
				return
			}
		}
	}
}
