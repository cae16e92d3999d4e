import { z } from 'zod'
import {
  experiment,
  experimentChanges,
  experimentInput,
  experiments,
  experimentStart,
  experimentStop,
} from '../experiments.ts'
import { experimentResults } from '../experiment-results.ts'
import { window } from '../analytics-query.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'
import { name } from '../values.ts'

const reads = { kind: 'server', scope: 'experiments:read' } as const
const writes = { kind: 'server', scope: 'experiments:write' } as const
const path = z.strictObject({ id: name })

export const experimentOperations = {
  listExperiments: {
    method: 'get',
    path: '/api/admin/experiments',
    summary: 'All experiments, by id',
    caller: reads,
    parameters: { query: listQuery },
    answers: { 200: experiments },
    errors: [],
  },
  getExperiment: {
    method: 'get',
    path: '/api/admin/experiments/{id}',
    summary: 'One experiment, its status and its phases',
    caller: reads,
    parameters: { path },
    answers: { 200: experiment },
    errors: ['experiment_not_found'],
  },
  putExperiment: {
    method: 'put',
    path: '/api/admin/experiments/{id}',
    summary:
      'Make or replace an experiment; another allocation of a running one begins a new phase and moves nobody',
    caller: writes,
    audit: { target: 'experiment', namedBy: ['id'] },
    parameters: { path },
    body: experimentInput,
    answers: { 200: experiment, 201: experiment },
    errors: ['invalid_experiment'],
    headers: ['If-Match'],
  },
  startExperiment: {
    method: 'post',
    path: '/api/admin/experiments/{id}/start',
    summary: 'Let people in; again after a stop, everybody in the arm they had',
    caller: writes,
    audit: { target: 'experiment', namedBy: ['id'] },
    parameters: { path },
    body: experimentStart,
    bodyOptional: true,
    answers: { 200: experiment },
    errors: ['experiment_not_found', 'invalid_experiment'],
  },
  stopExperiment: {
    method: 'post',
    path: '/api/admin/experiments/{id}/stop',
    summary: 'From now on nobody is in it; who was in which arm is kept',
    caller: writes,
    audit: { target: 'experiment', namedBy: ['id'] },
    parameters: { path },
    body: experimentStop,
    bodyOptional: true,
    answers: { 200: experiment },
    errors: ['experiment_not_found', 'invalid_experiment'],
  },
  getExperimentResults: {
    method: 'get',
    path: '/api/admin/experiments/{id}/results',
    summary: 'What became of the people of each arm, and whether the arms can be told apart',
    caller: reads,
    parameters: {
      path,
      query: z.strictObject({
        window: window.default('7d').describe('How long people have after their exposure; hours or days.'),
      }),
    },
    answers: { 200: experimentResults },
    errors: ['experiment_not_found'],
  },
  listExperimentChanges: {
    method: 'get',
    path: '/api/admin/experiments/{id}/changes',
    summary: 'Who changed what, when and why, newest first',
    caller: reads,
    parameters: { path, query: listQuery },
    answers: { 200: experimentChanges },
    errors: ['experiment_not_found'],
  },
} as const satisfies Record<string, OperationRow>
