export {
  startFakeBoardwalk,
  type FakeBoardwalk,
  type FakeBoardwalkOptions,
  type FakeRequest,
} from './fake-boardwalk.ts'
export type { FakeFailure } from './fake-failure.ts'
export type { FakeGate, FakeStep } from './fake-state.ts'
export { oddRequests, type OddRequest } from './odd-requests.ts'
export { rawRequest, type RawAnswer } from './raw-request.ts'
