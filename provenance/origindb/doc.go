// Package origindb is Touchmark's own origin database: what is publicly known
// about organizations, the marks that point to them, their countries with
// basis and date, their owners, and the government lists that name them, each
// statement cited.
//
// [Open] gives the database that is embedded in the program. It is compiled
// from the YAML records in data (README.md describes them) into one flat file
// that is read in place: opening takes microseconds, a lookup less than one.
// [Build] compiles other records, [OpenFile] opens the result, and
// [provenance.Overlay] lays a user's records over any of them.
//
// Every program that imports this package carries the data. A program with
// records of its own needs only package provenance.
package origindb
