module github.com/touchmark-dev/touchmark

go 1.26

require go.yaml.in/yaml/v4 v4.0.0

require (
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3
	golang.org/x/text v0.30.0
)

require (
	github.com/CycloneDX/cyclonedx-go v0.12.0
	github.com/anchore/packageurl-go v0.2.0
	github.com/google/go-cmp v0.7.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
)

require (
	github.com/klauspost/compress v1.20.3
	github.com/rogpeppe/go-internal v1.16.0
	github.com/sassoftware/go-rpmutils v0.4.0
	github.com/spf13/cobra v1.10.2
	github.com/spf13/pflag v1.0.10
	github.com/ulikunitz/xz v0.5.17
	golang.org/x/net v0.46.0
	golang.org/x/term v0.36.0
)

require (
	github.com/anchore/go-struct-converter v0.1.0 // indirect
	github.com/spdx/gordf v0.0.0-20201111095634-7098f93598fb // indirect
)

require (
	github.com/DataDog/zstd v1.5.5 // indirect
	github.com/ProtonMail/go-crypto v1.0.0 // indirect
	github.com/cloudflare/circl v1.3.8 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spdx/tools-golang v0.5.7
	github.com/xi2/xz v0.0.0-20171230120015-48954b6210f8
	golang.org/x/crypto v0.43.0 // indirect
	golang.org/x/sys v0.37.0
	golang.org/x/tools v0.37.0 // indirect
	google.golang.org/protobuf v1.36.12
)
