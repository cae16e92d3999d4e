// Every text of the pages in English. French has the same keys: one that it lacks does not compile.
/** What people wrote, and what stands before and after it. */
export type AroundName = readonly [before: string, name: string, after: string]

type Help = { readonly title: string; readonly text: readonly string[] }

const help = {
  email: {
    title: 'Verify your email',
    text: [
      'We send you a link once, so that receipts and lost passwords reach you and nobody else.',
      'This demo sends no mail: the page shows the link instead.',
    ],
  },
  payments: {
    title: 'Set up payments',
    text: [
      'We need the account that your customers’ money goes to. Only the owner of the store can enter it.',
      'The demo keeps the last four characters and moves no money. Do not use your real account.',
    ],
  },
  theme: {
    title: 'Choose a theme',
    text: ['A theme sets colours and type of your storefront. You can change it whenever you like.'],
  },
  products: {
    title: 'Add a product',
    text: [
      'A name and a price are enough to begin with.',
      'The three products that are there already are samples, so that you see how your store will look.',
    ],
  },
  domain: {
    title: 'Connect your domain',
    text: [
      'Customers trust a shop under its own name. Enter a domain that you own; a real store would then tell you which DNS record to add.',
    ],
  },
  impressum: {
    title: 'Write your impressum',
    text: [
      'In Germany every shop has to say who runs it: name, postal address, e-mail address, and the register number if there is one.',
    ],
  },
  integrations: {
    title: 'Connect an integration',
    text: [
      'A real store would send your sales to your accounting app. The three apps of this demo are made up, and nothing leaves it.',
      'The step has no button to tick it off: the store says that an integration was created, and Boardwalk listens.',
    ],
  },
}

export const english = {
  nav: {
    name: 'Your store',
    dashboard: 'Dashboard',
    products: 'Products',
    integrations: 'Integrations',
    guide: 'Setup',
    settings: 'Settings',
  },
  clock: {
    ahead: (days: number) => `The clock of this demo is ${days === 1 ? '1 day' : `${days} days`} ahead.`,
    change: 'Change',
  },
  guide: {
    title: 'Set up your store',
    lead: 'Everything there is to do, and what you have done. You can come back to it at any time.',
    open: 'All steps',
    failed: 'The setup guide cannot be shown just now. Your store works all the same.',
    welcome: 'Welcome to Harbour',
  },
  cancel: 'Cancel',
  retry: 'Try again',
  error: 'Something went wrong. Please try again.',
  away: 'The store cannot be reached. Please try again.',
  save: 'Save',
  back: 'Back to the dashboard',
  signOut: 'Sign out',
  languageName: 'Language',
  demo: 'A demo of Boardwalk: nothing here is sold, charged or mailed.',
  register: {
    title: 'Open your store',
    lead: 'Your store is ready in a minute, with three sample products in it.',
    submit: 'Open the store',
    known: 'You have a store already? Sign in',
  },
  join: {
    title: 'Join a store',
    lead: 'With the invitation code of its owner.',
    submit: 'Join',
  },
  signIn: {
    title: 'Sign in',
    lead: 'This is a demo: your e-mail address is enough, there is no password. So use nothing real.',
    submit: 'Sign in',
    fresh: 'You have no store yet? Open one',
  },
  fields: {
    name: 'Your name',
    email: 'E-mail address',
    market: 'Country',
    plan: 'Plan',
    role: 'Role',
    invite: 'Invitation code',
    holder: 'Account holder',
    iban: 'IBAN',
    product: 'Name of the product',
    price: (currency: string) => `Price (${currency})`,
    domain: 'Domain',
    impressum: 'Impressum',
  },
  roles: { owner: 'Owner', staff: 'Staff', admin: 'Admin' },
  plans: { free: 'Free', team: 'Team', business: 'Business' },
  themes: { sea: 'Sea', sand: 'Sand', night: 'Night' },
  dashboard: {
    title: (owner: string): AroundName => ['', owner, '’s store'],
    open: 'Open to customers',
    draft: 'Not published yet',
    sell: 'Go live',
    sellLead: 'Publishing waits for your payment details, a test order for your e-mail address too.',
    publish: 'Publish store',
    published: 'Published: customers can see your store.',
    checkout: 'Place a test order',
    ordered: (number: string, total: string) => `Order ${number} of ${total} was placed.`,
    products: 'Products',
    addProduct: 'Add a product',
    noProducts: 'No products yet.',
    sales: 'Sales',
    noSales: 'No sales, and there will be none: this is a demo. Test orders are counted here.',
    testOrders: (count: number) => (count === 1 ? '1 test order' : `${count} test orders`),
    noMoney: 'No money has moved.',
    members: 'Members',
    you: 'you',
    invitation: 'Invitation link for staff',
  },
  theme: { title: 'Choose a theme', lead: 'How your storefront looks. You can change it at any time.' },
  product: { title: 'Add a product', submit: 'Add the product' },
  products: {
    title: 'Products',
    lead: 'What customers would see in your store.',
    sample: 'Sample',
    added: (name: string): AroundName => ['', name, ' is in your store.'],
  },
  settings: {
    title: 'Settings',
    you: 'You',
    language: 'Language',
    languageLead: 'Of your pages, your guide, and of what gates tell you.',
    appearance: 'Appearance',
    appearances: { auto: 'As the system', light: 'Light', dark: 'Dark' },
    guide: 'Setup guide',
    guideShown: 'It is on your dashboard.',
    guideHidden: 'You have hidden it. Nothing of it is lost.',
    clock: 'Time travel',
    clockLead:
      'Sets the clock of the server ahead, to see what comes back after a snooze. It holds for everybody in this demo, until the server starts again; sessions and dates of the store stay in the present.',
    now: 'Now',
    later: (days: number) => (days === 1 ? '+1 day' : `+${days} days`),
    saved: 'Saved.',
  },
  integrations: {
    title: 'Connect an integration',
    lead: 'Watch the setup guide: it ticks the step by itself as soon as the store says what happened.',
    apps: 'Accounting apps',
    appsLead: 'Made up for this demo: no account is opened anywhere, and nothing is sent to anybody.',
    names: { ledgerbird: 'Ledgerbird', quillbook: 'Quillbook', pennyfold: 'Pennyfold' },
    connect: 'Connect',
    connectTo: (app: string) => `Connect ${app}`,
    connected: 'Connected',
    connectedTo: (app: string) => `Connected: ${app}`,
    done: (app: string) => `${app} is connected.`,
    messages: 'What Boardwalk tells the store',
    messagesLead:
      'By webhook, each message with its signature checked: the last 20 about the members of your store since the server was started.',
    noMessages: 'No messages yet.',
  },
  domain: { title: 'Connect your domain', lead: 'A domain that you own, such as www.example.org.' },
  legal: {
    title: 'Write your impressum',
    lead: 'Who runs the shop: name, postal address, e-mail address.',
  },
  email: {
    title: 'Verify your email',
    lead: (email: string): AroundName => [
      'The demo sends no mail. This is what ',
      email,
      ' would have received:',
    ],
    mail: 'Open this link to confirm that the address is yours:',
    confirm: 'Confirm my e-mail address',
    confirmed: 'Your e-mail address is confirmed.',
  },
  payments: {
    title: 'Set up payments',
    lead: 'Where your customers’ money goes. This demo moves none; make an IBAN up.',
    submit: 'Save payment details',
  },
  notFound: { title: 'There is no such page', lead: 'The address may be mistyped, or the page is gone.' },
  help,
}

export type Texts = Omit<typeof english, 'help'> & {
  readonly help: { readonly [topic in keyof typeof help]: Help }
}
