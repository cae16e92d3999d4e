import type { NextConfig } from 'next'

const packages = ['@boardwalk/server', '@boardwalk/sdk', '@boardwalk/sdk/next']

const config: NextConfig = {
  // Boardwalk runs as it is installed, not through the bundler: it brings a database and a worker thread.
  serverExternalPackages: packages,
  // Only within Boardwalk's own repository, where the packages are links to TypeScript, which Next bundles all the same.
  webpack: (bundler) => {
    bundler.externals.push(Object.fromEntries(packages.map((name) => [name, `import ${name}`])))
    return bundler
  },
}

export default config
