package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/touchmark-dev/touchmark/provenance/report"
	"go.yaml.in/yaml/v4"
)

// ConfigFile is the name of the configuration in the working directory.
const ConfigFile = ".touchmark.yaml"

// envPrefix starts the name of the environment variable of each flag:
// --fail-on is TOUCHMARK_FAIL_ON.
const envPrefix = "TOUCHMARK_"

// setting is a value of a flag that is not from the command line.
type setting struct {
	values []string
	from   string
}

// configFlag adds --config to the root command.
func (a *app) configFlag(fl *pflag.FlagSet) {
	fl.StringVar(&a.config, "config", "", "configuration `file` (default "+ConfigFile+" here, else touchmark/config.yaml of the user; \"none\" for none)")
}

// configPath returns the configuration file in use, empty for none, and
// whether it was asked for by name.
func (a *app) configPath() (name string, asked bool) {
	name = a.config
	if name == "" {
		name = a.env.Getenv(envPrefix + "CONFIG")
	}
	if name == "none" {
		return "", true
	}
	if name != "" {
		return name, true
	}
	dir := a.env.Getenv("XDG_CONFIG_HOME")
	if home := a.env.Getenv("HOME"); dir == "" && home != "" {
		dir = filepath.Join(home, ".config")
	}
	candidates := []string{ConfigFile}
	if dir != "" {
		candidates = append(candidates, filepath.Join(dir, "touchmark", "config.yaml"))
	}
	for _, c := range candidates {
		if st, err := os.Stat(a.env.path(c)); err == nil && st.Mode().IsRegular() {
			return c, false
		}
	}
	return "", false
}

// readConfig reads the configuration: a YAML mapping from names of flags to
// values, a sequence where a flag is repeatable.
func (a *app) readConfig() (map[string]setting, error) {
	settings := map[string]setting{}
	name, _ := a.configPath()
	if name == "" {
		return settings, nil
	}
	data, err := a.readSmall(name)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", name, pathless(err))
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return settings, nil
	}
	m := doc.Content[0]
	if m.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: want a mapping from names of flags to values", name, m.Line)
	}
	known := map[string]bool{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(New(a.env))
	var errs []error
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		if !known[key.Value] || key.Value == "config" || key.Value == "help" {
			errs = append(errs, fmt.Errorf("%s:%d: no flag is called %q", name, key.Line, key.Value))
			continue
		}
		s := setting{from: name}
		switch value.Kind {
		case yaml.ScalarNode:
			s.values = []string{value.Value}
		case yaml.SequenceNode:
			for _, e := range value.Content {
				if e.Kind != yaml.ScalarNode {
					errs = append(errs, fmt.Errorf("%s:%d: %s: want a plain value", name, e.Line, key.Value))
				}
				s.values = append(s.values, e.Value)
			}
		default:
			errs = append(errs, fmt.Errorf("%s:%d: %s: want a value or a sequence of values", name, value.Line, key.Value))
		}
		settings[key.Value] = s
	}
	return settings, errors.Join(errs...)
}

// configure gives the flags that the command line leaves out the values of the
// environment or, where it has none, of the configuration.
func (a *app) configure(cmd *cobra.Command) error {
	settings, err := a.readConfig()
	if err != nil {
		return err
	}
	a.sources = map[string]string{}
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "config" {
			return
		}
		if f.Changed {
			a.sources[f.Name] = "command line"
			return
		}
		s, ok := settings[f.Name]
		env := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := a.env.Getenv(env); v != "" {
			s, ok = setting{[]string{v}, env}, true
			if _, many := f.Value.(pflag.SliceValue); many {
				s.values = strings.Split(v, ",")
			}
		}
		if !ok {
			return
		}
		a.sources[f.Name] = s.from
		_, many := f.Value.(pflag.SliceValue)
		if !many && len(s.values) != 1 {
			errs = append(errs, fmt.Errorf("%s: %s takes one value", s.from, f.Name))
			return
		}
		for _, v := range s.values {
			if err := cmd.Flags().Set(f.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", s.from, f.Name, err))
			}
		}
	})
	return errors.Join(errs...)
}

func (a *app) configCommand() *cobra.Command {
	return &cobra.Command{Use: "config", Short: "Show the effective configuration of scan and where each value is from", Args: cobra.NoArgs,
		Long: `Config shows the value of each flag of scan and where it is from.

A flag on the command line comes first, then the environment variable
TOUCHMARK_ and the flag's name in upper case (TOUCHMARK_FAIL_ON; values of a
repeatable flag separated by commas), then the configuration file, then the
default. The file is --config FILE, else ` + ConfigFile + ` in the working directory,
else touchmark/config.yaml in the user's configuration directory. It maps names
of flags to values:

  policy: [ndaa-889, policies/own.yaml]
  fail-on: review
  output: [text, json=report.json]`,
		RunE: func(cmd *cobra.Command, args []string) error {
			scan, _, err := cmd.Root().Find([]string{"scan"})
			if err != nil {
				return err
			}
			scan.InheritedFlags() // which makes them a part of Flags, as parsing does
			if err := a.configure(scan); err != nil {
				return err
			}
			file, _ := a.configPath()
			if file == "" {
				file = "none"
			}
			fmt.Fprintf(a.env.Stdout, "# configuration file: %s\n", report.Visible(inputName(file)))
			scan.Flags().VisitAll(func(f *pflag.Flag) {
				if f.Name == "help" || f.Name == "config" {
					return
				}
				from := a.sources[f.Name]
				if from == "" {
					from = "default"
				}
				value := f.Value.String()
				if s, ok := f.Value.(pflag.SliceValue); ok {
					value = "[" + strings.Join(s.GetSlice(), ", ") + "]"
				}
				fmt.Fprintf(a.env.Stdout, "%s: %s  # %s\n", f.Name, report.Visible(value), report.Visible(inputName(from)))
			})
			return nil
		}}
}
