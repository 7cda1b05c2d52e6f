import { createServer } from 'node:http';

const [port, answer = ''] = process.argv.slice(2);

/** Reads each request and answers all of them with the same text: as fast as anything on `node:http` can be. */
createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  });
}).listen(Number(port), '127.0.0.1');
