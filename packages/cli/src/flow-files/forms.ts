// What the help says of `boardwalk flows`, and whoever calls it otherwise is told.
export const validateForm = 'flows validate FILE… [--json]'
export const diffForm = 'flows diff FILE… [--against VERSION] [--json]'
export const pushForms = [
  'flows push FILE… [--publish] [--reason TEXT]',
  '  [--policy move|pin|restart] [--reopen] [--base VERSION | --force]',
]
export const pullForm = 'flows pull [NAME…] [--directory flows] [--version N]'
export const rollbackForm = 'flows rollback NAME VERSION [--reason TEXT]'
export const deprecateForm = 'flows deprecate NAME [VERSION] [--reason TEXT]'
export const listForm = 'flows list [--json]'
