package rootcheck

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// IsBase refuses for an image that others are built on: their RUNs would no longer run as
// root.
func IsBase(p *imagebuild.Pass) fixer.Decision {
	if len(p.Derived) == 0 {
		return fixer.Decision{}
	}
	one := p.Derived[0]
	how := "is built from its image, and may need root"
	if one.Continues {
		how = "continues this text, and may need root"
	}
	return fixer.Refusal(fmt.Sprintf("%s %s", one.Place, how)).By(imagebuild.InRepository(one.Place, "FROM"))
}
