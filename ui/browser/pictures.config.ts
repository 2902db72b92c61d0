/** The same as for the tests, but what runs takes pictures: `npm run screenshots`. */
import tests from './playwright.config';

export default { ...tests, testMatch: /pictures\.ts$/ };
