package proof

// This file judges a before that does not work, while after does.

// compared makes sure that there was something to compare with.
//
// A build that fails has a known reason if the change is about just that step: another
// text, or another user. If after does the very same and it works there, the step fails
// now and then, or for something that is not in the Dockerfile. So does FROM: another
// image is no repair of a registry that fails.
//
// A command that fails has no such sign, so it is never good enough: it may lack a
// database here, or a secret, and what works in its place may do less than what would
// have worked there.
func compared(before, after *Observation) *Verdict {
	b := before.Build
	not := func(reason string, log []string) *Verdict {
		return &Verdict{Outcome: NotProved, Reason: reason, Step: b.Step, Log: log}
	}
	switch {
	case before.works():
		return nil
	case before.Run != nil:
		return not("it works, but before, it failed, so there is nothing to compare with: "+before.Run.Reason, before.Run.Log)
	}
	in := before.steps.at(b.Line)
	switch {
	case in.name == "" || after.steps == nil:
		return not("it works, but before, it did not build, for a reason that is not known to be repaired: "+b.Error, b.Log)
	case in.name == "FROM" || after.steps.have(in):
		return not("it works, but before, it did not build, at a step that is the same now, so there is nothing to compare with: "+b.Error, b.Log)
	}
	return &Verdict{Outcome: Repaired, Reason: "it builds and works, which it did not before, and is not root; what failed is changed: " + b.failure()}
}
