import { createServer } from 'node:http';

const [port, text = ''] = process.argv.slice(2);

/** Reads each request and sends the same text: the upper limit of any gateway on `node:http`. */
createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(text);
  });
}).listen(Number(port), '127.0.0.1');
