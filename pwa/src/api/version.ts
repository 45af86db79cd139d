/** Which version of the app speaks? */
export { version } from '../../package.json';
