// Every text of the pages, once per language: a key that one of them lacks does not compile.
import type { Language } from '../src/choices.ts'
import { de } from './elision.ts'

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
}

const en = {
  guide: {
    title: 'Setup guide',
    progress: (percent: number) => `${percent}% completed`,
    position: (current: number, total: number) => `Step ${current} of ${total}`,
    required: 'Required',
    do: 'Do',
    doLabel: (title: string) => `Do: ${title}`,
    skip: 'Skip',
    skipLabel: (title: string) => `Skip ${title} for now (you can come back to it from the dashboard)`,
    learnMore: 'Learn more',
    learnMoreLabel: (title: string) => `Learn more about ${title}`,
    askOwner: 'Ask the owner',
    done: 'Done',
    doneBy: (name: string): AroundName => ['Done by ', name, ''],
    skipped: 'Skipped',
    locked: 'Finish the steps before it first',
    minutes: (minutes: number) => `about ${minutes} min`,
    loading: 'The setup guide is loading…',
    failed: 'The setup guide cannot be shown just now. Your store works all the same.',
    stale: 'This may be out of date: the server cannot be reached.',
    none: 'There is nothing to set up.',
    allDone: 'Your store is set up. Well done!',
    changed: (title: string, status: string) => `${title}: ${status}`,
  },
  guardRail: { title: 'Setup required', configure: 'Set up now' },
  cancel: 'Cancel',
  retry: 'Try again',
  error: 'Something went wrong. Please try again.',
  away: 'The store cannot be reached. Please try again.',
  loading: 'Loading…',
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
    sell: 'Sell',
    publish: 'Publish store',
    published: 'Published: customers can see your store.',
    checkout: 'Place a test order',
    ordered: (number: string, total: string) => `Order ${number} of ${total} was placed.`,
    products: 'Products',
    addProduct: 'Add a product',
    noProducts: 'No products yet.',
    members: 'Members',
    you: 'you',
    invitation: 'Invitation link for staff',
  },
  theme: { title: 'Choose a theme', lead: 'How your storefront looks. You can change it at any time.' },
  product: { title: 'Add a product', submit: 'Add the product' },
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

export type Texts = Omit<typeof en, 'help'> & {
  readonly help: { readonly [topic in keyof typeof help]: Help }
}

const fr: Texts = {
  guide: {
    title: 'Guide de démarrage',
    progress: (percent) => `${percent}% complété`,
    position: (current, total) => `Étape ${current} sur ${total}`,
    required: 'Obligatoire',
    do: 'Faire',
    doLabel: (title) => `Faire : ${title}`,
    skip: 'Passer',
    skipLabel: (title) => `Passer ${title} pour l'instant (vous pourrez y revenir depuis le tableau de bord)`,
    learnMore: 'En savoir plus',
    learnMoreLabel: (title) => `En savoir plus sur ${title}`,
    askOwner: "Demander à l'owner",
    done: 'Terminé',
    doneBy: (name) => ['Terminé par ', name, ''],
    skipped: 'Passée',
    locked: 'Terminez d’abord les étapes précédentes',
    minutes: (minutes) => `environ ${minutes} min`,
    loading: 'Le guide de démarrage se charge…',
    failed: 'Le guide de démarrage est indisponible pour le moment. Votre boutique fonctionne quand même.',
    stale: 'Ceci date peut-être : le serveur est injoignable.',
    none: 'Il n’y a rien à configurer.',
    allDone: 'Votre boutique est configurée. Bravo !',
    changed: (title, status) => `${title} : ${status}`,
  },
  guardRail: { title: 'Configuration requise', configure: 'Configurer maintenant' },
  cancel: 'Annuler',
  retry: 'Réessayer',
  error: 'Une erreur est survenue. Veuillez réessayer.',
  away: 'La boutique est injoignable. Veuillez réessayer.',
  loading: 'Chargement…',
  save: 'Enregistrer',
  back: 'Retour au tableau de bord',
  signOut: 'Déconnexion',
  languageName: 'Langue',
  demo: 'Une démo de Boardwalk : rien n’est vendu, débité ni envoyé.',
  register: {
    title: 'Ouvrez votre boutique',
    lead: 'Votre boutique est prête en une minute, avec trois produits d’exemple.',
    submit: 'Ouvrir la boutique',
    known: 'Vous avez déjà une boutique ? Connectez-vous',
  },
  join: {
    title: 'Rejoindre une boutique',
    lead: 'Avec le code d’invitation de son owner.',
    submit: 'Rejoindre',
  },
  signIn: {
    title: 'Se connecter',
    lead: 'Ceci est une démo : votre adresse email suffit, il n’y a pas de mot de passe. N’utilisez donc rien de réel.',
    submit: 'Se connecter',
    fresh: 'Pas encore de boutique ? Ouvrez-en une',
  },
  fields: {
    name: 'Votre nom',
    email: 'Adresse email',
    market: 'Pays',
    plan: 'Offre',
    role: 'Rôle',
    invite: 'Code d’invitation',
    holder: 'Titulaire du compte',
    iban: 'IBAN',
    product: 'Nom du produit',
    price: (currency) => `Prix (${currency})`,
    domain: 'Domaine',
    impressum: 'Impressum',
  },
  roles: { owner: 'Owner', staff: 'Équipe', admin: 'Admin' },
  plans: { free: 'Gratuite', team: 'Équipe', business: 'Entreprise' },
  themes: { sea: 'Mer', sand: 'Sable', night: 'Nuit' },
  dashboard: {
    title: (owner) => [`La boutique ${de(owner)}`, owner, ''],
    open: 'Ouverte aux clients',
    draft: 'Pas encore publiée',
    sell: 'Vendre',
    publish: 'Publier la boutique',
    published: 'Publiée : les clients voient votre boutique.',
    checkout: 'Passer une commande test',
    ordered: (number, total) => `La commande ${number} de ${total} est passée.`,
    products: 'Produits',
    addProduct: 'Ajouter un produit',
    noProducts: 'Pas encore de produits.',
    members: 'Membres',
    you: 'vous',
    invitation: 'Lien d’invitation pour l’équipe',
  },
  theme: {
    title: 'Personnaliser le thème',
    lead: 'L’apparence de votre boutique. Vous pourrez en changer à tout moment.',
  },
  product: { title: 'Ajouter un produit', submit: 'Ajouter le produit' },
  domain: { title: 'Connecter votre domaine', lead: 'Un domaine à vous, par exemple www.example.org.' },
  legal: {
    title: 'Rédiger votre impressum',
    lead: 'Qui tient la boutique : nom, adresse postale, adresse email.',
  },
  email: {
    title: 'Vérifier votre email',
    lead: (email) => ['La démo n’envoie pas de mail. Voici ce que ', email, ' aurait reçu :'],
    mail: 'Ouvrez ce lien pour confirmer que l’adresse est la vôtre :',
    confirm: 'Confirmer mon adresse email',
    confirmed: 'Votre adresse email est confirmée.',
  },
  payments: {
    title: 'Configurer les paiements',
    lead: 'Où va l’argent de vos clients. Cette démo n’en déplace pas ; inventez un IBAN.',
    submit: 'Enregistrer les paiements',
  },
  notFound: {
    title: 'Cette page n’existe pas',
    lead: 'L’adresse est peut-être mal écrite, ou la page a disparu.',
  },
  help: {
    email: {
      title: 'Vérifier votre email',
      text: [
        'Nous vous envoyons un lien une seule fois, pour que les reçus arrivent chez vous et chez personne d’autre.',
        'Cette démo n’envoie pas de mail : la page montre le lien à la place.',
      ],
    },
    payments: {
      title: 'Configurer les paiements',
      text: [
        'Il nous faut le compte où va l’argent de vos clients. Seul l’owner de la boutique peut l’indiquer.',
        'La démo garde les quatre derniers caractères et ne déplace pas d’argent. N’indiquez pas votre vrai compte.',
      ],
    },
    theme: {
      title: 'Personnaliser le thème',
      text: [
        'Un thème donne couleurs et caractères à votre boutique. Vous pourrez en changer à tout moment.',
      ],
    },
    products: {
      title: 'Ajouter un produit',
      text: [
        'Un nom et un prix suffisent pour commencer.',
        'Les trois produits déjà présents sont des exemples, pour que vous voyiez à quoi ressemblera la boutique.',
      ],
    },
    domain: {
      title: 'Connecter votre domaine',
      text: [
        'Les clients font confiance à une boutique qui porte son propre nom. Indiquez un domaine à vous ; une vraie boutique vous dirait ensuite quel enregistrement DNS ajouter.',
      ],
    },
    impressum: {
      title: 'Rédiger votre impressum',
      text: [
        'En Allemagne, chaque boutique doit dire qui la tient : nom, adresse postale, adresse email, et numéro de registre s’il y en a un.',
      ],
    },
  },
}

const tables: { readonly [name in Language]: Texts } = { en, fr }

/** The server says in which language the page is; another one is another page. */
export const language: Language = document.documentElement.lang === 'fr' ? 'fr' : 'en'
export const words = tables[language]

export const money = (cents: number, currency: string): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency }).format(cents / 100)
