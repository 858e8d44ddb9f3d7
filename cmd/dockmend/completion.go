package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"

	"github.com/dockmend/dockmend/transforms"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Help is the long form of the command's description.
func (c *completionCmd) Help() string {
	return `Prints what a shell needs to complete dockmend's commands, flags and their values. Put it into the shell's configuration:

    bash   echo 'source <(dockmend completion bash)' >> ~/.bashrc
    zsh    echo 'source <(dockmend completion zsh)' >> ~/.zshrc
    fish   dockmend completion fish > ~/.config/fish/completions/dockmend.fish`
}

// shellScripts make each shell ask this program, which answers if COMP_LINE is set.
var shellScripts = map[string]string{
	"bash": "complete -o default -C dockmend dockmend\n",
	"zsh":  "autoload -U +X bashcompinit && bashcompinit\ncomplete -o default -C dockmend dockmend\n",
	"fish": `function __dockmend_complete
    set -lx COMP_LINE (commandline -cp)
    dockmend
end
complete -c dockmend -a "(__dockmend_complete)"
`,
}

// Run implements the command.
func (c *completionCmd) Run(s *streams) error {
	_, err := s.out.Write([]byte(shellScripts[c.Shell]))
	return err
}

// completes answers a shell that asks for completions. done reports whether one did.
func completes(parser *kong.Kong) (done bool, err error) {
	if os.Getenv("COMP_LINE") == "" {
		return false, nil
	}
	root, err := kongplete.Command(parser, kongplete.WithPredictors(map[string]complete.Predictor{
		"path":      complete.PredictFiles("*"),
		"transform": complete.PredictSet(transforms.IDs()...),
	}))
	if err != nil {
		return true, fmt.Errorf("completions: %w", err)
	}
	// The default command goes without its name.
	fix := root.Sub["fix"]
	delete(root.Sub, "fix")
	root.Flags = fix.GlobalFlags
	root.Args = fix.Args
	c := complete.New("dockmend", root)
	c.Out = parser.Stdout
	return c.Complete(), nil
}
