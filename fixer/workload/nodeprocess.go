package workload

import (
	"path"
	"sync"
)

// NodeProcess is what the Node.js sources say about their process. Each list is made
// when it is first requested, in the order of the walk, by directory and name, so that
// the first entry is in the first file. The methods are safe for concurrent use.
type NodeProcess struct {
	npmVariables, pwd, spawns, stops, writing func() []Evidence

	systemData func() []SystemData
	read       func() nodeSources
}

// nodeSources are the Node.js sources that could be read, and the gaps.
type nodeSources struct {
	list []nodeSource
	gaps []Gap
}

type nodeSource struct {
	lines
	name   string
	byHand bool // a script that people run, or a tool's configuration
	code   bool // a program, or its own settings
}

// NodeProcess returns what the sources of the context say of their process.
func (f *Files) NodeProcess() *NodeProcess { return f.node() }

func newNodeProcess(f *Files) *NodeProcess {
	p := &NodeProcess{}
	p.read = sync.OnceValue(func() nodeSources { return readNode(f) })
	lazily := func(find func(string) []int, within func(*nodeSource) bool) func() []Evidence {
		return sync.OnceValue(func() []Evidence { return p.evidence(find, within) })
	}
	all := func(*nodeSource) bool { return true }
	own := func(s *nodeSource) bool { return !s.byHand }
	p.npmVariables = lazily(npmVariable.in, all)
	p.pwd = lazily(pwdVariable.in, all)
	p.spawns = lazily(spawning.in, own)
	p.stops = lazily(sigterm, own)
	p.writing = lazily(writing, func(s *nodeSource) bool { return !s.byHand && s.code })
	p.systemData = sync.OnceValue(p.findSystemData)
	return p
}

func readNode(f *Files) (n nodeSources) {
	gap := func(g sourceGap) {
		if g.node && len(n.gaps) < maxGaps {
			n.gaps = append(n.gaps, g.Gap)
		}
	}
	for _, g := range f.eachNodeSource(func(s *sourceEntry, text string, g *sourceGap) {
		if g != nil {
			gap(*g)
			return
		}
		n.list = append(n.list, nodeSource{lines: lines{text: text}, name: s.name, byHand: isByHand(s.name), code: isNodeCode(s.name)})
	}) {
		gap(g)
	}
	return n
}

// evidence returns what find finds in the sources that within selects.
func (p *NodeProcess) evidence(find func(string) []int, within func(*nodeSource) bool) (list []Evidence) {
	for _, s := range p.read().list {
		if len(list) >= maxHits {
			break
		}
		if within(&s) {
			for _, at := range find(s.text) {
				list = append(list, s.evidence(s.name, at))
			}
		}
	}
	return list
}

func (p *NodeProcess) findSystemData() (list []SystemData) {
	for _, s := range p.read().list {
		if len(list) >= maxHits {
			break
		}
		if s.byHand || !s.code || !hasAny(s.text, systemData.hints) {
			continue
		}
		for _, m := range systemData.what.FindAllStringSubmatchIndex(s.text, maxMatches) {
			list = append(list, SystemData{path.Clean(s.text[m[2]:m[3]]), s.evidence(s.name, m[0])})
		}
	}
	return list
}

// NPMVariables returns where sources name variables that npm and similar tools set for
// a script.
func (p *NodeProcess) NPMVariables() []Evidence { return p.npmVariables() }

// PWD returns where sources name the variable PWD.
func (p *NodeProcess) PWD() []Evidence { return p.pwd() }

// Spawns returns where sources start other programs.
func (p *NodeProcess) Spawns() []Evidence { return p.spawns() }

// Stops returns where sources handle SIGTERM.
func (p *NodeProcess) Stops() []Evidence { return p.stops() }

// Writing returns where sources make or change files, or use a package that does.
func (p *NodeProcess) Writing() []Evidence { return p.writing() }

// SystemData returns the source files that lie where programs of a system keep data.
func (p *NodeProcess) SystemData() []SystemData { return p.systemData() }

// Gaps returns what could not be read, at most 1,000.
func (p *NodeProcess) Gaps() []Gap { return p.read().gaps }

// SystemData is a Node.js source file in a directory of the system where programs keep
// data.
type SystemData struct {
	Path string
	Evidence
}
