package repository

// What is read of one repository. A directory or file beyond a bound is a gap.
const (
	maxEntries  = 200_000  // directory entries
	maxDepth    = 32       // directories in one another
	maxFile     = 1 << 20  // bytes of one file
	maxBytes    = 64 << 20 // bytes of all files
	maxWork     = 64 << 20 // bytes of scripts and nodes of YAML that are examined, aliases followed
	maxAliased  = 20 << 20 // aliases of a YAML file times its nodes
	maxLinks    = 4000     // builds, deployments and gaps, of each
	maxShared   = 100_000  // deployments of all Dockerfiles that may run them, and of all builds
	maxValues   = 1000     // documents of a file; tags, arguments or mounts of a build
	maxVariable = 4096     // bytes of the value of a variable
)
