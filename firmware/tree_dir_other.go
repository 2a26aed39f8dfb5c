//go:build !unix

package firmware

import "os"

const openFlags = os.O_RDONLY
