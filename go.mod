module github.com/touchmark-dev/touchmark

go 1.26
