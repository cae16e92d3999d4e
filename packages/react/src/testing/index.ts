export { TestOnboardingProvider, type TestOnboardingProviderProps } from './test-onboarding-provider.tsx'
export { inMemoryClient, type Call, type InMemoryClient, type InMemoryOptions } from './in-memory-client.ts'
export { onboardingOf, type OnboardingOf, type StepOf } from './onboarding-of.ts'
