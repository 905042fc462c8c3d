// Has GitHub's own library write the annotations that it reads from ours, and compares the two: github.mjs FILE
import { readFileSync } from 'node:fs'
import * as core from '@actions/core'

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter((line) => line.startsWith('::'))
const unescape = (text) => text.replace(/%2C/g, ',').replace(/%3A/g, ':').replace(/%0A/g, '\n').replace(/%0D/g, '\r').replace(/%25/g, '%')
const names = { file: 'file', line: 'startLine', col: 'startColumn', title: 'title' }

const written = []
const write = process.stdout.write
process.stdout.write = (text) => { written.push(String(text).trimEnd()); return true }
for (const line of lines) {
  const [, command, properties, text] = /^::(\w+) (.*?)::(.*)$/.exec(line)
  const of = Object.fromEntries(properties.split(',').map((property) => {
    const [name, value] = property.split(/=(.*)/)
    return [names[name], unescape(value)]
  }))
  core[command](unescape(text), of)
}
process.stdout.write = write

const wrong = lines.findIndex((line, index) => line !== written[index])
if (wrong >= 0) {
  console.error(`GitHub's library writes\n${written[wrong]}\nand we write\n${lines[wrong]}`)
  process.exit(1)
}
console.log(`github: ${lines.length} commands, as its own library writes them`)
