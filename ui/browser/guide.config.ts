/** The same as for the tests, but what runs takes the guide's pictures: `npm run guide`. */
import tests from './playwright.config';

export default { ...tests, testMatch: /guide\.ts$/ };
