require('kleur')
