/** A US number as people write it: (202) 555-0143. Any other stays as it is. */
export const spokenNumber = (phoneNumber: string): string =>
  phoneNumber.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
