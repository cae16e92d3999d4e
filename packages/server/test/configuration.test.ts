import { describe, expect, test } from 'vitest'
import { configurationTable, ConfigurationError, databaseOf, readConfiguration } from '../src/index.ts'

const messageOf = (environment: Record<string, string>): string => {
  try {
    readConfiguration({}, environment)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as Error).message
  }
}

describe('the configuration', () => {
  test('has a default for everything, and is embedded without DATABASE_URL', () => {
    const configuration = readConfiguration({}, {})
    expect(configuration).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      data: '.boardwalk/data',
    })
    expect(databaseOf(configuration)).toEqual({ directory: '.boardwalk/data', schema: 'boardwalk' })
  })

  test('takes the command line above the environment, and an empty variable as absent', () => {
    expect(readConfiguration({ PORT: '1' }, { PORT: '2', DATABASE_URL: '' })).toMatchObject({
      port: 1,
      databaseUrl: undefined,
    })
  })

  test.each([
    [{ PORT: 'abc' }, 'PORT is "abc", expected a port from 0 to 65535'],
    [{ PORT: '-1' }, 'PORT is "-1"'],
    [{ PORT: '65536' }, 'PORT is "65536"'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is a value of 9 bytes'],
    [
      { BOARDWALK_JWT_SECRET: 'short' },
      'BOARDWALK_JWT_SECRET is a value of 5 bytes, expected at least 32 bytes',
    ],
    [{ BOARDWALK_API_KEY: 'has spaces and is more than 32 bytes long' }, 'BOARDWALK_API_KEY is a value of'],
    [{ BOARDWALK_JWKS_URL: 'file:///etc/passwd' }, 'BOARDWALK_JWKS_URL'],
    [{ BOARDWALK_LOG_LEVEL: 'loud' }, 'BOARDWALK_LOG_LEVEL is "loud"'],
    [{ REDIS_URL: 'http://x' }, 'REDIS_URL is a value of 8 bytes, expected an address like redis://'],
    [{ SMTP_URL: 'smtp:mail', ALERT_FROM: 'a@b.example' }, 'SMTP_URL is a value of 9 bytes'],
    [{ SMTP_URL: 'https://mail.example', ALERT_FROM: 'a@b.example' }, 'SMTP_URL is a value of'],
    [{ SMTP_URL: 'smtp://u:%zz@mail.example', ALERT_FROM: 'a@b.example' }, 'SMTP_URL is a value of'],
    [{ SMTP_URL: 'smtp://mail.example', ALERT_FROM: 'nobody' }, 'ALERT_FROM is "nobody"'],
    [{ SMTP_URL: 'smtp://mail.example' }, 'SMTP_URL and ALERT_FROM belong together'],
    [{ ALERT_FROM: 'a@b.example' }, 'SMTP_URL and ALERT_FROM belong together'],
    [
      { BOARDWALK_WATCH_SECONDS: '0' },
      'BOARDWALK_WATCH_SECONDS is "0", expected a whole number from 1 to 300',
    ],
    [{ BOARDWALK_TYPO: '1' }, 'BOARDWALK_TYPO is not a setting'],
  ])('%o refuses to start', (environment, message) => {
    expect(messageOf(environment as unknown as Record<string, string>)).toContain(message)
  })

  test('says everything that is wrong at once, and no secret', () => {
    const message = messageOf({
      PORT: 'x',
      BOARDWALK_JWT_SECRET: 'hunter2',
      BOARDWALK_JWKS_URL: 'htps://ada:hunter2@keys.example',
      BOARDWALK_NOPE: '1',
    })
    expect(message.split('\n')).toHaveLength(5)
    expect(message).not.toContain('hunter2')
  })

  test('does not repeat a user and password where none belong', () => {
    for (const [variable, text] of [
      ['BOARDWALK_JWKS_URL', 'https://me:tell-nobody@keys.example'],
      ['BOARDWALK_URL', 'http://me:tell-nobody@127.0.0.1:4000'],
      ['BOARDWALK_URL', 'http://tell-nobody@127.0.0.1:4000'],
      ['KAFKA_BROKERS', 'me:tell-nobody@kafka:9092'],
    ] as const) {
      const refused = (): unknown => readConfiguration({}, { [variable]: text })
      expect(refused, text).toThrow(`${variable} is "`)
      expect(refused, text).not.toThrow(/tell-nobody/)
    }
  })

  test('is told whole in one table', () => {
    expect(configurationTable()).toContain('| `PORT` | Port to listen on.')
  })
})
