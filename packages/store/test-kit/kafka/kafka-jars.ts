import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const pom = fileURLToPath(new URL('pom.xml', import.meta.url))
const cache = fileURLToPath(new URL('../../../../node_modules/.cache/', import.meta.url))
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** Folder of the broker's jars; fetched once with Maven, then kept. */
export async function kafkaJars(): Promise<string> {
  requirePrograms()
  const version = /<version>(\d[\d.]+)<\/version>/.exec(
    (await readFile(pom, 'utf8')).split('<artifactId>kafka_2.13</artifactId>')[1] ?? '',
  )?.[1]
  const folder = join(cache, `kafka-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(join(cache, 'kafka-'))
  const words = ['-q', '-B', '-f', pom, copyDependencies, `-DoutputDirectory=${join(scratch, 'jars')}`]
  try {
    await promisify(execFile)('mvn', words, { cwd: scratch })
    // Whoever is second throws theirs away: the folder appears whole or not at all.
    await rename(join(scratch, 'jars'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return folder
}

function requirePrograms(): void {
  if (isThere('java') && isThere('mvn')) return
  const command = 'apt-get install -y maven openjdk-17-jre-headless'
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(
      `Java 17 and Maven are missing. On Debian: sudo ${command}. Or start a Kafka and set KAFKA_BROKERS`,
    )
  execFileSync('sh', ['-c', `apt-get update && ${command}`], {
    stdio: 'pipe',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
