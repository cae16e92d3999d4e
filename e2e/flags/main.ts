import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature, type Provider } from '@openfeature/web-sdk'

type Person = { readonly baseUrl: string; readonly token: string; readonly userId: string }

/** For the test to call, as a host's page would. */
Object.assign(globalThis, {
  connect: ({ baseUrl, token, userId }: Person) => {
    const headers: [string, string][] = [['authorization', `Bearer ${token}`]]
    const provider = new OFREPWebProvider({ baseUrl, headers, pollInterval: 50, cacheMode: 'network-first' })
    return OpenFeature.setProviderAndWait(provider as Provider, { targetingKey: userId })
  },
  flag: (key: string) => OpenFeature.getClient().getBooleanDetails(key, false),
})
