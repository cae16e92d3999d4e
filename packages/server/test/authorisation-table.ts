import type { OperationId } from '@boardwalk/contract'

/** Who may call what, as it was decided: scope and least role, or `anyone`, or `person`; nothing here comes from the contract. */
const decided: Readonly<Record<string, readonly OperationId[]>> = {
  anyone: ['healthLive', 'healthReady', 'metrics', 'openApi', 'flowSchema'],
  person: [
    'getOnboarding',
    'changeStep',
    'skipFlow',
    'resumeFlow',
    'streamOnboarding',
    'snoozeNudge',
    'unsnoozeNudge',
    'dismissNudge',
    'dismissGuide',
    'restoreGuide',
    'seeWelcome',
    'getConsent',
    'putConsent',
    'sendBrowserEvent',
    'exportOwn',
    'eraseOwn',
  ],
  'person or flags:read viewer': ['evaluateFlag', 'evaluateFlags'],
  'people:read viewer': [
    'getUserOnboarding',
    'explainUser',
    'getTimeline',
    'listDeadLetters',
    'getDeadLetter',
  ],
  'people:write editor': ['putUser', 'changeUserStep', 'putAccount', 'importPeople'],
  'people:export admin': ['exportUser'],
  'people:erase admin': ['deleteUser', 'listErasures', 'addErasures', 'replayErasures'],
  'events:write editor': ['sendEvents', 'reconcile', 'replayDeadLetter', 'deleteDeadLetter'],
  'gates:check editor': ['checkGate', 'listGates'],
  'flows:read viewer': ['listFlows', 'getFlow', 'getFlowVersion'],
  'flows:write editor': ['createFlow'],
  'flows:publish editor': [
    'previewImpact',
    'publishFlowVersion',
    'rollbackFlowVersion',
    'deprecateFlowVersion',
  ],
  'release:read viewer': [
    'getRelease',
    'listReleaseChanges',
    'getReleasePhases',
    'getHealth',
    'getHealthSettings',
    'listIncidents',
    'listAlerts',
  ],
  'release:write editor': [
    'putRelease',
    'killRelease',
    'putReleasePhases',
    'advanceRelease',
    'takeBaseline',
    'putHealthSettings',
  ],
  'measurements:write editor': ['sendMeasurement'],
  'experiments:read viewer': [
    'listExperiments',
    'getExperiment',
    'getExperimentResults',
    'listExperimentChanges',
  ],
  'experiments:write editor': ['putExperiment', 'startExperiment', 'stopExperiment'],
  'analytics:read viewer': [
    'getFunnel',
    'getTimeToComplete',
    'getTimeToValue',
    'getConversion',
    'getRetention',
    'getAbandonment',
    'getNudgeFigures',
    'getGateFigures',
    'listProjections',
  ],
  'analytics:write editor': ['rebuildProjections'],
  'webhooks:read viewer': ['listWebhooks', 'getWebhook', 'listDeliveries'],
  'webhooks:write editor': [
    'createWebhook',
    'updateWebhook',
    'deleteWebhook',
    'rotateWebhookSecret',
    'testWebhook',
    'resendDelivery',
  ],
  'keys:write admin': ['createApiKey', 'listApiKeys', 'revokeApiKey'],
  'audit:read admin': ['listAudit', 'verifyAudit'],
}

export type Access = {
  readonly anyone: boolean
  readonly person: boolean
  /** Absent: no server may. */
  readonly scope: string | undefined
  readonly role: string | undefined
}

const accessOf = (whom: string): Access => {
  const words = whom.replace('person or ', '').split(' ')
  const isServer = whom.includes(':')
  return {
    anyone: whom === 'anyone',
    person: whom.startsWith('person'),
    scope: isServer ? words[0] : undefined,
    role: isServer ? words[1] : undefined,
  }
}

/** Every operation once; none is left out unseen. */
export const authorisations: readonly (readonly [id: string, Access])[] = Object.entries(decided).flatMap(
  ([whom, ids]) => ids.map((id) => [id, accessOf(whom)] as const),
)
