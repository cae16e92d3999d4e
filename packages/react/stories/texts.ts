type Text = { readonly title: string; readonly description?: string }

/** What a server would say of the stories' steps in other languages; English stands with the steps. */
export const texts: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  en: {},
  fr: {
    email: {
      title: 'Vérifier votre email',
      description: 'Confirmez votre adresse email pour sécuriser votre compte',
    },
    payments: {
      title: 'Configurer les paiements',
      description: 'Ajoutez vos informations de paiement pour encaisser',
    },
    theme: { title: 'Personnaliser le thème', description: 'Donnez son style à votre boutique' },
    product: {
      title: 'Ajouter votre premier produit',
      description: 'De quoi vendre : un nom, un prix, une image',
    },
    domain: { title: 'Connecter votre domaine' },
  },
  // As long as German gets in earnest.
  de: {
    email: {
      title: 'E-Mail-Adresse und Benachrichtigungseinstellungen bestätigen',
      description:
        'Bestätigen Sie Ihre E-Mail-Adresse, um Ihr Benutzerkonto vor unbefugtem Zugriff zu sichern',
    },
    payments: {
      title: 'Zahlungsverkehrsdaten und Umsatzsteueridentifikationsnummer hinterlegen',
      description:
        'Hinterlegen Sie Ihre Zahlungsverkehrsdaten, damit wir Ihnen Ihre Einnahmen auszahlen können',
    },
    theme: {
      title: 'Erscheinungsbild auswählen',
      description: 'Geben Sie Ihrem Geschäft ein unverwechselbares Aussehen',
    },
    product: {
      title: 'Erstes Produkt in den Warenkatalog aufnehmen',
      description: 'Etwas zum Verkaufen: Name, Preis, Bild',
    },
    domain: { title: 'Eigenen Domainnamen verbinden' },
  },
  ar: {
    email: { title: 'تأكيد بريدك الإلكتروني', description: 'أكّد عنوان بريدك الإلكتروني لتأمين حسابك' },
    payments: { title: 'إعداد المدفوعات', description: 'أضف بيانات الدفع لتتمكن من تلقي أموالك' },
    theme: { title: 'اختيار المظهر', description: 'امنح متجرك مظهره الخاص' },
    product: { title: 'إضافة أول منتج', description: 'شيء للبيع: اسم وسعر وصورة' },
    domain: { title: 'ربط نطاقك' },
  },
}

export const gateMessages: Readonly<Record<string, string>> = {
  en: 'You need to set up payments before you publish your shop',
  fr: 'Vous devez configurer les paiements avant de publier votre boutique',
  de: 'Hinterlegen Sie zuerst Ihre Zahlungsverkehrsdaten, bevor Sie Ihr Geschäft veröffentlichen',
  ar: 'عليك إعداد المدفوعات قبل نشر متجرك',
}
