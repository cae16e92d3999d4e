#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Boardwalk needs Node 22.18 or newer, this is ${process.versions.node}. In the project's folder, "npx boardwalk" brings its own.`,
  )
  process.exit(1)
}
await import('../src/main.ts')
