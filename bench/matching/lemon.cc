// The referee: LEMON's network simplex on the same instances, component by component.
//
//   lemon <instance>   then, on stdin, one line a run:
//     whole <answer>     both levels in one run; writes the unserved quantities to <answer>
//     placing <answer>   level 2 only, the unserved quantities being given in <answer>
//
// and on stdout one line a run: nanoseconds, components, sum of cost times quantity.
//
// Formulation. Every need is a source of its quantity, every session a sink of at most its capacity (supply type GEQ), so neither
// needs arcs of its own. For both levels one more sink per component takes what is left unserved, at a price per unit of
// position · weight, position being 1, 2, 3, … from the lowest rank up. That is exact: the servable quantities are a polymatroid,
// whose greedy solution is best for any weights in the same order (Edmonds 1970), and weight exceeds what a simple cycle of the
// residual network can do to the costs.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

using std::int32_t;
using std::int64_t;
using std::vector;

constexpr int32_t magic = 0x314d4152;  // "RAM1"
constexpr int64_t maxCost = 9999;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "lemon: " << what << '\n';
  std::exit(1);
}

template <typename T>
vector<T> take(std::istream& in, size_t length) {
  vector<T> values(length);
  if (!in.read(reinterpret_cast<char*>(values.data()), length * sizeof(T))) fail("the file is too short");
  return values;
}

struct Instance {
  int32_t needs, sessions;
  vector<double> quantity, capacity;
  vector<int32_t> start, session, cost, rank;

  explicit Instance(const char* path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(std::string("no such file: ") + path);
    const auto head = take<int32_t>(in, 4);
    if (head[0] != magic) fail("not an instance");
    needs = head[1];
    sessions = head[2];
    quantity = take<double>(in, needs);
    capacity = take<double>(in, sessions);
    start = take<int32_t>(in, needs + 1);
    session = take<int32_t>(in, head[3]);
    cost = take<int32_t>(in, head[3]);
    rank = take<int32_t>(in, needs);
  }
};

// Needs and sessions component by component; those of component c are from start[c] up to, not including, start[c + 1].
struct Components {
  int32_t count = 0;
  vector<int32_t> needStart, needs, sessionStart, sessions;

  explicit Components(const Instance& in) {
    vector<int32_t> leader(in.sessions);
    std::iota(leader.begin(), leader.end(), 0);
    const auto find = [&](int32_t at) {
      while (leader[at] != at) at = leader[at] = leader[leader[at]];
      return at;
    };
    for (int32_t need = 0; need < in.needs; need++) {
      if (in.start[need] == in.start[need + 1]) continue;
      const int32_t first = find(in.session[in.start[need]]);
      for (int32_t pair = in.start[need] + 1; pair < in.start[need + 1]; pair++) leader[find(in.session[pair])] = first;
    }
    vector<int32_t> ofSession(in.sessions, -1);
    for (int32_t j = 0; j < in.sessions; j++) {
      const int32_t root = find(j);
      if (ofSession[root] < 0) ofSession[root] = count++;
      ofSession[j] = ofSession[root];
    }
    vector<int32_t> ofNeed(in.needs, -1);
    for (int32_t i = 0; i < in.needs; i++)
      if (in.start[i] < in.start[i + 1]) ofNeed[i] = ofSession[in.session[in.start[i]]];
    gather(ofNeed, needStart, needs);
    gather(ofSession, sessionStart, sessions);
  }

 private:
  void gather(const vector<int32_t>& of, vector<int32_t>& start, vector<int32_t>& members) const {
    start.assign(count + 2, 0);
    for (const int32_t c : of)
      if (c >= 0) start[c + 2]++;
    for (int32_t c = 0; c < count; c++) start[c + 2] += start[c + 1];
    members.resize(start[count + 1]);
    for (size_t i = 0; i < of.size(); i++)
      if (of[i] >= 0) members[start[of[i] + 1]++] = static_cast<int32_t>(i);
  }
};

using Total = __int128;

std::string text(Total value) {
  std::string digits;
  for (; value > 0; value /= 10) digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  return digits.empty() ? "0" : digits;
}

// Solves one component; positions are by need, counted within the component, and empty when the unserved quantities are given.
template <typename Value, typename Cost>
void solve(const Instance& in, const Components& parts, int32_t part, const vector<int32_t>& positions, vector<double>& unserved,
           vector<int32_t>& place, Total& total) {
  using Graph = lemon::SmartDigraph;
  const int32_t firstNeed = parts.needStart[part], needs = parts.needStart[part + 1] - firstNeed;
  const int32_t firstSession = parts.sessionStart[part], sessions = parts.sessionStart[part + 1] - firstSession;
  const bool both = !positions.empty();
  int32_t pairs = 0;
  for (int32_t i = 0; i < needs; i++) {
    const int32_t need = parts.needs[firstNeed + i];
    pairs += in.start[need + 1] - in.start[need];
  }
  Graph graph;
  graph.reserveNode(needs + sessions + 1);
  graph.reserveArc(pairs + needs);
  for (int32_t node = 0; node < needs + sessions + both; node++) graph.addNode();
  Graph::NodeMap<Value> supply(graph);
  const Graph::Node left = graph.nodeFromId(needs + sessions);
  Value sum = 0;
  for (int32_t j = 0; j < sessions; j++) {
    const int32_t session = parts.sessions[firstSession + j];
    place[session] = needs + j;
    supply[graph.nodeFromId(needs + j)] = -static_cast<Value>(in.capacity[session]);
  }
  for (int32_t i = 0; i < needs; i++) {
    const int32_t need = parts.needs[firstNeed + i];
    const Value asked = static_cast<Value>(in.quantity[need] - (both ? 0 : unserved[need]));
    const Graph::Node node = graph.nodeFromId(i);
    supply[node] = asked;
    sum += asked;
    for (int32_t pair = in.start[need]; pair < in.start[need + 1]; pair++)
      graph.addArc(node, graph.nodeFromId(place[in.session[pair]]));
  }
  if (both) {
    supply[left] = -sum;
    for (int32_t i = 0; i < needs; i++) graph.addArc(graph.nodeFromId(i), left);
  }
  Graph::ArcMap<Cost> cost(graph);
  int32_t arc = 0;
  for (int32_t i = 0; i < needs; i++) {
    const int32_t need = parts.needs[firstNeed + i];
    for (int32_t pair = in.start[need]; pair < in.start[need + 1]; pair++) cost[graph.arcFromId(arc++)] = in.cost[pair];
  }
  if (both) {
    const Cost weight = static_cast<Cost>(maxCost) * std::min(needs, sessions) + 1;
    for (int32_t i = 0; i < needs; i++) cost[graph.arcFromId(arc++)] = weight * positions[parts.needs[firstNeed + i]];
  }

  lemon::NetworkSimplex<Graph, Value, Cost> simplex(graph);
  simplex.costMap(cost).supplyMap(supply).supplyType(simplex.GEQ);
  if (simplex.run() != simplex.OPTIMAL) fail("no optimum");
  for (int32_t pair = 0; pair < pairs; pair++) {
    const Graph::Arc at = graph.arcFromId(pair);
    total += static_cast<Total>(simplex.flow(at)) * cost[at];
  }
  if (both)
    for (int32_t i = 0; i < needs; i++) unserved[parts.needs[firstNeed + i]] = simplex.flow(graph.arcFromId(pairs + i));
}

// The narrowest numbers that hold all that LEMON computes for one component.
void solveNarrowly(const Instance& in, const Components& parts, int32_t part, const vector<int32_t>& positions,
                   vector<double>& unserved, vector<int32_t>& place, Total& total) {
  const int64_t needs = parts.needStart[part + 1] - parts.needStart[part];
  const int64_t sessions = parts.sessionStart[part + 1] - parts.sessionStart[part];
  double most = 0;
  for (int32_t i = parts.needStart[part]; i < parts.needStart[part + 1]; i++) most += in.quantity[parts.needs[i]];
  for (int32_t j = parts.sessionStart[part]; j < parts.sessionStart[part + 1]; j++) most += in.capacity[parts.sessions[j]];
  // LEMON's artificial arcs cost (largest cost + 1) · nodes, and a potential may be one such arc and a path away.
  double dearest = maxCost + 1;
  if (!positions.empty()) dearest += static_cast<double>(maxCost * std::min(needs, sessions) + 1) * static_cast<double>(needs);
  const double range = 4 * dearest * static_cast<double>(needs + sessions + 2);
  if (range > 9e18 || most > 9e18) fail("a component is too large for 64 bits");
  constexpr int32_t int32Max = std::numeric_limits<int32_t>::max();
  if (most < int32Max && range < int32Max) solve<int32_t, int32_t>(in, parts, part, positions, unserved, place, total);
  else if (most < int32Max) solve<int32_t, int64_t>(in, parts, part, positions, unserved, place, total);
  else if (range < int32Max) solve<int64_t, int32_t>(in, parts, part, positions, unserved, place, total);
  else solve<int64_t, int64_t>(in, parts, part, positions, unserved, place, total);
}

// Positions of the needs within their components, from the lowest rank up.
vector<int32_t> positionsOf(const Instance& in, const Components& parts) {
  vector<int32_t> order(in.needs), positions(in.needs), last(parts.count, 0);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return in.rank[a] < in.rank[b]; });
  vector<int32_t> ofNeed(in.needs, -1);
  for (int32_t c = 0; c < parts.count; c++)
    for (int32_t i = parts.needStart[c]; i < parts.needStart[c + 1]; i++) ofNeed[parts.needs[i]] = c;
  for (const int32_t need : order)
    if (ofNeed[need] >= 0) positions[need] = ++last[ofNeed[need]];
  return positions;
}

int main(int argc, char** argv) {
  if (argc != 2) fail("usage: lemon <instance>");
  const Instance in(argv[1]);
  std::string what, path;
  while (std::cin >> what >> path) {
    const bool both = what == "whole";
    vector<double> unserved(in.quantity);
    if (!both) {
      std::ifstream answer(path, std::ios::binary);
      unserved = take<double>(answer, in.needs);
    }
    const auto begin = std::chrono::steady_clock::now();
    const Components parts(in);
    const auto positions = both ? positionsOf(in, parts) : vector<int32_t>();
    vector<int32_t> place(in.sessions);
    Total total = 0;
    for (int32_t part = 0; part < parts.count; part++)
      if (parts.needStart[part] < parts.needStart[part + 1]) solveNarrowly(in, parts, part, positions, unserved, place, total);
    const auto end = std::chrono::steady_clock::now();
    if (both) {
      std::ofstream answer(path, std::ios::binary);
      answer.write(reinterpret_cast<const char*>(unserved.data()), in.needs * sizeof(double));
    }
    std::cout << std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count() << ' ' << parts.count << ' '
              << text(total) << std::endl;
  }
}
