import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macOsPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const install = 'apt-get update && apt-get install -y chromium fonts-dejavu'

// Nothing that asks the network for anything of its own, and no sandbox: tests run as root in containers too.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The Chromium of this machine: the one of CHROMIUM_PATH, else the first that is found. Installs nothing. */
export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH']
  if (given) {
    if (isProgram(given)) return given
    throw new Error(`CHROMIUM_PATH is ${given}, where there is no program. Correct it, or unset it.`)
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const inPath = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...inPath, ...(process.platform === 'darwin' ? macOsPlaces : [])].find(isProgram)
}

/** The same; on Debian as root it is installed when missing. Throws with the one command that brings it. */
export function needChromium(): string {
  const found = findChromium()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    execFileSync('sh', ['-c', install], {
      stdio: 'pipe',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    const installed = findChromium()
    if (installed !== undefined) return installed
  }
  throw new Error(`Chromium is missing. ${howToGetIt()} Or set CHROMIUM_PATH to one that is elsewhere.`)
}

/** A browser of its own, without a window. Whoever launches it closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: needChromium(), args: flags })
}

function howToGetIt(): string {
  if (process.platform === 'darwin') return 'On macOS: brew install --cask chromium.'
  if (process.platform === 'win32') return 'On Windows: winget install Hibbiki.Chromium.'
  return `On Debian: sudo sh -c '${install}'.`
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
