// Opens the page in Chromium, at two sizes and in both color schemes: takes pictures of it, sees to it that nothing sticks out
// and that the filters work, and has axe look for what keeps people out. page.mjs PAGE PICTURES
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const [page, pictures] = process.argv.slice(2)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
})
const problems = []
const check = (ok, what) => { if (!ok) problems.push(what) }

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark']) {
    const name = `${size}-${colorScheme}`
    const tab = await (await browser.newContext({ viewport, colorScheme })).newPage()
    tab.on('console', (message) => check(!['error', 'warning'].includes(message.type()), `${name}: ${message.text()}`))
    tab.on('pageerror', (error) => problems.push(`${name}: ${error}`))
    tab.on('request', (request) => check(request.url().startsWith('file:'), `${name}: loads ${request.url()}`))
    await tab.goto(`file://${page}`)
    await tab.screenshot({ path: `${pictures}/${name}.png` })
    check(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: something sticks out`)

    // By keyboard: the first thing is the way to the workloads, and a workload opens.
    await tab.keyboard.press('Tab')
    check(await tab.evaluate(() => document.activeElement.className) === 'skip', `${name}: no way past the numbers`)
    await tab.locator('.objects summary').first().focus()
    await tab.keyboard.press('Enter')
    check(await tab.locator('.objects details').first().evaluate((details) => details.open), `${name}: Enter opens nothing`)

    const all = await tab.locator('.objects > li').count()
    check(await tab.textContent('#shown') === `Showing ${all.toLocaleString('en')} of ${all.toLocaleString('en')}`, `${name}: count`)
    for (const filter of ['namespace', 'rule', 'level']) {
      const values = await tab.locator(`#by-${filter} option`).evaluateAll((options) => options.map((option) => option.value))
      for (const value of values) {
        await tab.selectOption(`#by-${filter}`, value)
        const shown = await tab.locator('.objects > li:not([hidden])').evaluateAll((items) => items.map((item) => ({ ...item.dataset })))
        const fits = (item) => filter === 'namespace' ? `=${item.namespace}` === value : `${item[`${filter}s`]}`.split(' ').includes(value)
        check(value === '' ? shown.length === all : shown.every(fits), `${name}: ${filter} ${value}`)
        // Every namespace and rule of a filter is one that something has.
        check(filter === 'level' || shown.length > 0 || value === '', `${name}: nothing for ${filter} ${value}`)
      }
      await tab.click('#all')
    }

    await tab.evaluate(() => [...document.querySelectorAll('details')].slice(0, 50).forEach((details) => { details.open = true }))
    await tab.evaluate(axe)
    const result = await tab.evaluate((tags) => window.axe.run(document, { runOnly: tags }), tags)
    for (const { id, help, nodes } of result.violations) {
      problems.push(`${name}: ${id}: ${help} (${nodes.length} times, first ${nodes[0].target})`)
    }
    check(result.passes.length > 20, `${name}: axe looked at too little`)
    await tab.evaluate(() => document.getElementById('workloads').scrollIntoView())
    await tab.screenshot({ path: `${pictures}/${name}-workloads.png` })
    await tab.context().close()
  }
}

// What is printed has every finding, opened or not.
const tab = await (await browser.newContext()).newPage()
await tab.goto(`file://${page}`)
await tab.emulateMedia({ media: 'print' })
await tab.evaluate(() => dispatchEvent(new Event('beforeprint')))
check(await tab.locator('.objects details:not([open])').count() === 0, 'print: something stays closed')
check(await tab.locator('#filters').isHidden(), 'print: the filters are printed')
await tab.pdf({ path: `${pictures}/page.pdf`, format: 'A4' })
await browser.close()

if (problems.length > 0) {
  console.error(problems.slice(0, 20).join('\n'))
  process.exit(1)
}
console.log('page: two sizes, two color schemes, filters, keyboard, print; nothing for axe')
