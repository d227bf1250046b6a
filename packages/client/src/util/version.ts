/** Version of this package, as `User-Agent` carries it; a test holds it to package.json. */
export const VERSION = '0.1.0';
