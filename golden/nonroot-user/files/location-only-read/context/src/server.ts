import express from 'express'
import { mkdirSync } from 'fs'
import { here } from './paths'

mkdirSync('incoming', { recursive: true })
express().set('views', here('views')).listen(3000)
