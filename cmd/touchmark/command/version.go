package command

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/touchmark-dev/touchmark/provenance"
)

// version returns the version that the program was built as.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == "github.com/touchmark-dev/touchmark" && m.Version != "" {
			return m.Version
		}
	}
	return "(devel)"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Say which version, database and report schema this is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			fmt.Fprintf(a.env.Stdout, "touchmark %s\n", version())
			db, err := a.openDatabase(&databaseFlags{})
			if err != nil {
				return err
			}
			e := db.Edition()
			fmt.Fprintf(a.env.Stdout, "database  %s, edition of %s, sha256 %s\n", e.Name, e.Date, e.SHA256)
			fmt.Fprintf(a.env.Stdout, "report    %s\n", provenance.Schema)
			return nil
		}}
}
