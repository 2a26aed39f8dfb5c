module github.com/touchmark-dev/touchmark

go 1.26

require go.yaml.in/yaml/v4 v4.0.0

require golang.org/x/text v0.30.0
